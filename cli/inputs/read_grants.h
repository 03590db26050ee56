// Fetches what `--secret` and `--ssh` name.

#ifndef COOPER_CLI_INPUTS_READ_GRANTS_H_
#define COOPER_CLI_INPUTS_READ_GRANTS_H_

#include "backends/execute/mounts/run_grants.h"
#include "cli/options/cli_environment.h"
#include "cli/options/options.h"
#include "ir/base/result.h"

namespace cooper {

// Reads the secrets, each once, and finds the agents. A secret that is given and cannot
// be had is a fault, also where no step requires it: kUsage, without the path that was
// given, which may be the secret itself.
Result<RunGrants> ReadGrants(const GrantOptions& options, const CliEnvironment& environment);

}  // namespace cooper

#endif  // COOPER_CLI_INPUTS_READ_GRANTS_H_
