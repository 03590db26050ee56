// Keywords in one case throughout; the minority is reported. ARGs before the first
// FROM are not counted, as BuildKit does not.

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class ConsistentInstructionCasing final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    std::vector<const Instruction*> all;
    for (const Stage& stage : file.stages.stages) {
      all.push_back(stage.from);
      all.insert(all.end(), stage.instructions.begin(), stage.instructions.end());
    }
    std::erase_if(all, [](const Instruction* i) { return i->kind == InstructionKind::kUnknown; });
    int lower = 0;
    for (const Instruction* instruction : all) {
      const llvm::StringRef keyword(instruction->keyword.text);
      lower += keyword.lower() == keyword ? 1 : keyword.upper() == keyword ? -1 : 0;
    }
    for (const Instruction* instruction : all) {
      const llvm::StringRef keyword(instruction->keyword.text);
      if ((lower > 0 ? keyword.lower() : keyword.upper()) == keyword) continue;
      reporter.Report(
          *instruction, instruction->KeywordRange(),
          fmt::format("Command '{}' should match the case of the command majority ({})",
                      instruction->keyword.text, lower > 0 ? "lowercase" : "uppercase"));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeConsistentInstructionCasing() {
  return std::make_unique<ConsistentInstructionCasing>();
}

}  // namespace cooper
