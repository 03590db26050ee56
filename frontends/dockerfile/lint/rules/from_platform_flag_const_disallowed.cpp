// A constant platform builds one image whatever is asked for. A stage whose name says
// the platform means it.

#include <fmt/format.h>

#include <string>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "ir/image/platform.h"

namespace cooper {
namespace {

class FromPlatformFlagConstDisallowed final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Stage& stage : file.stages.stages) {
      const Flag* flag = FindFlag(*stage.from, "platform");
      if (flag == nullptr || !flag->value || flag->value->find('$') != std::string::npos) continue;
      const Result<Platform> platform = Platform::Parse(*flag->value);
      if (!platform.ok()) continue;
      if (stage.name.find(platform->os) != std::string::npos ||
          stage.name.find(platform->architecture) != std::string::npos) {
        continue;
      }
      reporter.Report(
          *stage.from, stage.from->RangeOf(*flag),
          fmt::format("FROM --platform flag should not use constant value \"{}\"", *flag->value));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeFromPlatformFlagConstDisallowed() {
  return std::make_unique<FromPlatformFlagConstDisallowed>();
}

}  // namespace cooper
