// FROM --platform=$TARGETPLATFORM says what is so anyway.

#include <fmt/format.h>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/operands/instruction_flags.h"

namespace cooper {
namespace {

class RedundantTargetPlatform final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Stage& stage : file.stages.stages) {
      const Flag* flag = FindFlag(*stage.from, "platform");
      if (flag == nullptr || !flag->value) continue;
      if (*flag->value != "$TARGETPLATFORM" && *flag->value != "${TARGETPLATFORM}") continue;
      reporter.Report(*stage.from, stage.from->RangeOf(*flag),
                      fmt::format("Setting platform to predefined {} in FROM is redundant as this "
                                  "is the default behavior",
                                  *flag->value));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeRedundantTargetPlatform() {
  return std::make_unique<RedundantTargetPlatform>();
}

}  // namespace cooper
