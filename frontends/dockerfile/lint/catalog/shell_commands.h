// What a RUN starts, as far as it can be seen without a shell.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_SHELL_COMMANDS_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_SHELL_COMMANDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"

namespace cooper {

// The words of one simple command: assignments in front and `sudo` left out, its
// program without a directory.
using ShellCommand = std::vector<std::string>;

// The simple commands of a script, split at `&&`, `||`, `;`, `|`, `&`, brackets and line
// ends outside of quotes. Nothing is expanded.
std::vector<ShellCommand> SplitShellCommands(std::string_view script);

// Those of a RUN in any form, scripts in heredocs included.
std::vector<ShellCommand> CommandsOf(const Instruction& run);

// Whether the command is `program` with `subcommand` as its first word that is no option.
bool Calls(const ShellCommand& command, std::string_view program, std::string_view subcommand);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_SHELL_COMMANDS_H_
