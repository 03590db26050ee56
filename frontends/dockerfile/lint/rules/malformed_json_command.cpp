// `CMD ['app']` is a command for the shell, which looks for a program called `[app]`.

#include <fmt/format.h>

#include <string>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class MalformedJSONCommand final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    const Instruction& instruction = at.instruction;
    const bool command = instruction.kind == InstructionKind::kCmd ||
                         instruction.kind == InstructionKind::kEntrypoint ||
                         instruction.kind == InstructionKind::kHealthcheck;
    if (!command || instruction.json || instruction.arguments.empty()) return;
    const Word& word = instruction.arguments.back();
    if (!word.text.starts_with('[') || !word.text.ends_with(']')) return;
    // `[ -f x ]` is a test that the shell knows.
    if (word.text.find_first_of("\"'") == std::string::npos) return;
    reporter.Report(instruction, instruction.RangeOf(word),
                    fmt::format("the argument of {} is no JSON array, so the shell runs it",
                                InfoOf(instruction.kind).keyword),
                    "use double quotes, commas between the strings and none after the last");
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeMalformedJSONCommand() {
  return std::make_unique<MalformedJSONCommand>();
}

}  // namespace cooper
