// `COPY a b /app`: when /app is no directory, b takes the place of a.

#include <fmt/format.h>

#include <string>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/operands/instruction_flags.h"

namespace cooper {
namespace {

class SourcesOverwriteEachOther final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    const Instruction& instruction = at.instruction;
    if (instruction.kind != InstructionKind::kCopy && instruction.kind != InstructionKind::kAdd) {
      return;
    }
    if (instruction.arguments.size() < 3 || BoolFlag(instruction, "parents")) return;
    const std::string to = at.Expand(instruction.arguments.back());
    if (to.empty() || to == "." || to == ".." || to.ends_with('/') || to.ends_with("/.")) return;
    reporter.Report(
        instruction, instruction.RangeOf(instruction.arguments.back()),
        fmt::format("{} sources are copied to `{}`, and the last one alone stays unless that is a "
                    "directory",
                    instruction.arguments.size() - 1, to),
        fmt::format("write `{}/`", to));
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeSourcesOverwriteEachOther() {
  return std::make_unique<SourcesOverwriteEachOther>();
}

}  // namespace cooper
