// FROM and --from mean something else by these names.

#include <fmt/format.h>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class ReservedStageName final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Stage& stage : file.stages.stages) {
      if (stage.name != "scratch" && stage.name != "context") continue;
      reporter.Report(
          *stage.from, stage.from->RangeOf(stage.from->arguments[2]),
          fmt::format("Stage name should not use the same name as reserved stage \"{}\"",
                      stage.name));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeReservedStageName() { return std::make_unique<ReservedStageName>(); }

}  // namespace cooper
