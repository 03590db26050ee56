// `ENV NAME VALUE`: the rest of the line is the value, quotes and all.

#include <fmt/format.h>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class LegacyKeyValueFormat final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    for (const Assignment& assignment : at.instruction.assignments) {
      if (!assignment.legacy) continue;
      const std::string_view keyword = InfoOf(at.instruction.kind).keyword;
      reporter.Report(
          at.instruction, at.instruction.line->RangeOf(assignment.name.begin, assignment.value.end),
          fmt::format("\"{0} key=value\" should be used instead of legacy \"{0} key value\" format",
                      keyword));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeLegacyKeyValueFormat() {
  return std::make_unique<LegacyKeyValueFormat>();
}

}  // namespace cooper
