#include "frontends/dockerfile/lint/catalog/shell_commands.h"

#include <llvm/ADT/StringExtras.h>

#include <algorithm>
#include <utility>

namespace cooper {
namespace {

bool IsAssignment(std::string_view word) {
  const size_t equals = word.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<ptrdiff_t>(equals),
                     [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

// Words that come before the command that matters.
bool IsPrefix(std::string_view word) {
  return word == "sudo" || word == "then" || word == "do" || word == "else" || word == "if" ||
         word == "!" || word == "exec" || word == "env" || word == "time" || IsAssignment(word);
}

void Keep(ShellCommand words, std::vector<ShellCommand>& commands) {
  words.erase(words.begin(), std::find_if_not(words.begin(), words.end(), IsPrefix));
  if (words.empty()) return;
  words[0].erase(0, words[0].rfind('/') + 1);
  commands.push_back(std::move(words));
}

}  // namespace

std::vector<ShellCommand> SplitShellCommands(std::string_view script) {
  std::vector<ShellCommand> commands;
  ShellCommand words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  const auto end_word = [&] {
    if (std::exchange(in_word, false)) words.push_back(std::exchange(word, {}));
  };
  const auto end_command = [&] {
    end_word();
    Keep(std::exchange(words, {}), commands);
  };
  for (size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == '\\' && i + 1 < script.size()) {
      ++i;
      if (script[i] == '\n') continue;
      word += script[i];
      in_word = true;
    } else if (c == '#' && !in_word) {
      while (i + 1 < script.size() && script[i + 1] != '\n') ++i;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      end_word();
    } else if (std::string_view("\n;&|(){}").find(c) != std::string_view::npos) {
      end_command();
    } else {
      word += c;
      in_word = true;
    }
  }
  end_command();
  return commands;
}

std::vector<ShellCommand> CommandsOf(const Instruction& run) {
  std::vector<ShellCommand> commands;
  if (run.json) {
    ShellCommand words;
    for (const Word& word : run.arguments) words.push_back(word.text);
    // ["sh", "-c", "script"]
    if (words.size() >= 3 && words[1].starts_with('-') && words[1].ends_with('c')) {
      return SplitShellCommands(words[2]);
    }
    Keep(std::move(words), commands);
    return commands;
  }
  if (!run.arguments.empty()) commands = SplitShellCommands(run.arguments[0].text);
  for (const Heredoc& heredoc : run.heredocs()) {
    for (ShellCommand& command : SplitShellCommands(heredoc.Text())) {
      commands.push_back(std::move(command));
    }
  }
  return commands;
}

bool Calls(const ShellCommand& command, std::string_view program, std::string_view subcommand) {
  if (command.empty() || command[0] != program) return false;
  const auto word = std::find_if(command.begin() + 1, command.end(),
                                 [](const std::string& text) { return !text.starts_with('-'); });
  return word != command.end() && *word == subcommand;
}

}  // namespace cooper
