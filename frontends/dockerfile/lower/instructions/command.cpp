// CMD, ENTRYPOINT and SHELL: what a container starts.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontends/dockerfile/grammar/ast_printer.h"
#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

// The exec form as it is; the shell form, also an empty one, behind the shell.
std::vector<std::string> CommandLine(const Instruction& instruction, const StageLowering& stage) {
  std::vector<std::string> args;
  if (instruction.json) {
    for (const Word& word : instruction.arguments) args.push_back(word.text);
    return args;
  }
  args = stage.Shell();
  args.push_back(instruction.arguments.empty() ? "" : instruction.arguments[0].text);
  return args;
}

std::string CreatedBy(std::string text, const std::vector<std::string>& args) {
  text += " [";
  for (size_t i = 0; i < args.size(); ++i) text += (i > 0 ? " " : "") + GoQuoted(args[i]);
  return text + "]";
}

// An empty array takes away what was inherited.
std::optional<std::vector<std::string>> OrNothing(std::vector<std::string> args) {
  if (args.empty()) return std::nullopt;
  return args;
}

}  // namespace

void LowerCmd(const Instruction& instruction, StageLowering& stage) {
  std::vector<std::string> args = CommandLine(instruction, stage);
  stage.AddHistory(instruction, CreatedBy("CMD", args));
  StageState& state = stage.state();
  state.config.cmd = OrNothing(std::move(args));
  state.config.args_escaped = true;
  state.cmd_set = true;
}

void LowerEntrypoint(const Instruction& instruction, StageLowering& stage) {
  std::vector<std::string> args = CommandLine(instruction, stage);
  stage.AddHistory(instruction, CreatedBy("ENTRYPOINT", args));
  StageState& state = stage.state();
  state.config.entrypoint = OrNothing(std::move(args));
  // The inherited CMD was meant for the inherited entrypoint.
  if (!state.cmd_set) state.config.cmd.reset();
}

void LowerShell(const Instruction& instruction, StageLowering& stage) {
  std::vector<std::string> shell;
  std::string created_by = "SHELL [";
  for (const Word& word : instruction.arguments) {
    if (!shell.empty()) created_by += ' ';
    created_by += word.text;
    shell.push_back(word.text);
  }
  stage.state().config.shell = std::move(shell);
  stage.AddHistory(instruction, created_by + "]");
}

}  // namespace cooper
