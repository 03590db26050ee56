// The closed list of lint rules, from lint_rules.def.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_RULES_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_RULES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "frontends/dockerfile/lint/catalog/lint_rule.h"

namespace cooper {

enum class LintRuleId : uint8_t {
#define COOPER_LINT_RULE(name, slug, origin, level, summary) k##name,
#include "frontends/dockerfile/lint/catalog/lint_rules.def"
#undef COOPER_LINT_RULE
};

enum class LintOrigin : uint8_t {
  kBuildKit,
  kBuildKitWithoutPage,  // its documentation does not describe the rule
  kCooper,               // does not count for `error=true`: files are written for BuildKit
};

enum class LintLevel : uint8_t {
  kInfo,  // advice; not shown by a build
  kWarning,
  kExperimental,  // a warning that the file or the command line has to ask for
};

struct LintRuleInfo {
  LintRuleId id;
  std::string_view name;
  std::string_view slug;
  LintOrigin origin;
  LintLevel level;
  std::string_view summary;

  // Where the rule is described; empty for those that have no page outside docs/lint.
  std::string Url() const;
};

const LintRuleInfo& InfoOf(LintRuleId id);
std::span<const LintRuleInfo> LintRules();
std::optional<LintRuleId> FindLintRule(std::string_view name);

// One function a rule, each in the file of its rule below lint/rules: a new instance, for
// one run of the linter.
#define COOPER_LINT_RULE(name, slug, origin, level, summary) std::unique_ptr<LintRule> Make##name();
#include "frontends/dockerfile/lint/catalog/lint_rules.def"
#undef COOPER_LINT_RULE

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_RULES_H_
