// What a build in place must leave in the container's root.

#ifndef COOPER_CLI_KEPT_PATHS_H_
#define COOPER_CLI_KEPT_PATHS_H_

#include <string>
#include <vector>

#include "cli/options/cli_environment.h"
#include "cli/options/options.h"

namespace cooper {

// Absolute paths, links resolved, of what the options and the environment name and the
// build reads or writes later: contexts, the Dockerfile, outputs, secrets, credentials and
// certificates; and of the directories that this program is installed in.
std::vector<std::string> KeptPaths(const BuildOptions& options, const CliEnvironment& environment);

}  // namespace cooper

#endif  // COOPER_CLI_KEPT_PATHS_H_
