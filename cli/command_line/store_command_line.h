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

// "90s", "1h30m", "7d", "2w" in nanoseconds.
Result<int64_t> ParseDuration(std::string_view flag, const std::string& text);
// "500MB", "20g", "1.5GiB", "4096" in bytes; units are powers of 1024, as docker reads them.
Result<uint64_t> ParseByteSize(std::string_view flag, const std::string& text);

}  // namespace cooper

#endif  // COOPER_CLI_COMMAND_LINE_STORE_COMMAND_LINE_H_
