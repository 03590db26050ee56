// MAINTAINER, in any stage.

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class MaintainerDeprecated final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Instruction& instruction : file.dockerfile.instructions) {
      if (instruction.kind != InstructionKind::kMaintainer) continue;
      reporter.Report(instruction, instruction.WholeRange(),
                      "Maintainer instruction is deprecated in favor of using label");
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeMaintainerDeprecated() {
  return std::make_unique<MaintainerDeprecated>();
}

}  // namespace cooper
