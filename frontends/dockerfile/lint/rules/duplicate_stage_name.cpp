// FROM finds the latest earlier stage of a name, COPY --from the last: two make a riddle.

#include <fmt/format.h>

#include <set>
#include <string>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class DuplicateStageName final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    std::set<std::string> seen;
    for (const Stage& stage : file.stages.stages) {
      if (stage.name.empty() || seen.insert(stage.name).second) continue;
      reporter.Report(
          *stage.from, stage.from->RangeOf(stage.from->arguments[2]),
          fmt::format("Duplicate stage name \"{}\", stage names should be unique", stage.name));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeDuplicateStageName() {
  return std::make_unique<DuplicateStageName>();
}

}  // namespace cooper
