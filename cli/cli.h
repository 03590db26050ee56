// The command line as a function.

#ifndef COOPER_CLI_CLI_H_
#define COOPER_CLI_CLI_H_

#include <string>
#include <vector>

#include "cli/options/cli_environment.h"

namespace cooper {

// `arguments[0]` is the program's name: called as `executor` it speaks kaniko's
// command line. Returns the exit code: 0 done, 1 the build or its input failed,
// 2 wrong usage, 3 the world failed, 4 a bug of ours; as `executor` the failing
// RUN's own code, else 1.
int RunCli(const std::vector<std::string>& arguments, CliEnvironment& environment);

}  // namespace cooper

#endif  // COOPER_CLI_CLI_H_
