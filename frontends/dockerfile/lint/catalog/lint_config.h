// Which rules are silenced: the `check` directive, the build argument
// BUILDKIT_DOCKERFILE_CHECK and comments above single instructions.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_CONFIG_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_CONFIG_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "ir/base/result.h"

namespace cooper {

inline constexpr std::string_view kCheckArgument = "BUILDKIT_DOCKERFILE_CHECK";

struct LintConfig {
  std::set<std::string, std::less<>> skipped;
  bool skip_all = false;
  std::set<std::string, std::less<>> experimental;
  bool experimental_all = false;
  bool error = false;  // findings fail the build

  // Reads `skip=A,B;error=true;experimental=C`; names that no rule has are allowed,
  // as a newer rule may be meant. The error is kInvalidDirective.
  static Result<LintConfig> Parse(std::string_view text);

  // `skip=all` leaves experimental rules alone: they run only when asked for.
  bool Allows(const LintRuleInfo& rule) const;

  // This with the `check=` lines among the comments above an instruction.
  // Malformed ones are ordinary comments.
  LintConfig With(const std::vector<std::string>& comments) const;
};

// The text after `check=` of a comment, without what follows `//`; empty when the
// comment is none.
std::string_view CheckComment(std::string_view comment);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_CONFIG_H_
