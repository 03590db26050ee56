// The command line of `cooper store VERB`.

#ifndef COOPER_CLI_COMMAND_LINE_STORE_COMMAND_LINE_H_
#define COOPER_CLI_COMMAND_LINE_STORE_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "cli/command_line/command_line.h"
#include "ir/base/result.h"

namespace cooper {

// The words after `store`.
Result<Command> ParseStoreCommandLine(const std::vector<std::string>& arguments);

}  // namespace cooper

#endif  // COOPER_CLI_COMMAND_LINE_STORE_COMMAND_LINE_H_
