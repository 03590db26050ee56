// A shell between the runtime and the program swallows signals. A SHELL of the
// stage or its base was chosen on purpose.

#include <fmt/format.h>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class JSONArgsRecommended final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    const Instruction& instruction = at.instruction;
    if (instruction.kind != InstructionKind::kCmd &&
        instruction.kind != InstructionKind::kEntrypoint) {
      return;
    }
    if (instruction.json || !at.state.config.shell.empty() || at.state.unknown_base) return;
    reporter.Report(instruction, instruction.WholeRange(),
                    fmt::format("JSON arguments recommended for {} to prevent unintended behavior "
                                "related to OS signals",
                                InfoOf(instruction.kind).keyword));
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeJSONArgsRecommended() {
  return std::make_unique<JSONArgsRecommended>();
}

}  // namespace cooper
