// What the linter found. Plain values that outlive the compilation.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_LINT_REPORT_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_LINT_REPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "ir/base/source_range.h"

namespace cooper {

// More findings than this are counted but not kept.
inline constexpr size_t kMaxLintFindings = 1'000;

struct LintFinding {
  LintRuleId rule{};
  SourceRange range;  // what a caret shows
  SourceRange lines;  // that BuildKit names: those of the instruction
  std::string message;
  std::string help;  // may be empty
};

struct LintReport {
  std::vector<LintFinding> findings;  // in the order of the text
  size_t dropped_count = 0;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_LINT_REPORT_H_
