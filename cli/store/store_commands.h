// `cooper store check`, `usage` and `prune`. Each returns its exit code.

#ifndef COOPER_CLI_STORE_STORE_COMMANDS_H_
#define COOPER_CLI_STORE_STORE_COMMANDS_H_

#include "cli/options/cli_environment.h"
#include "cli/options/store_options.h"

namespace cooper {

// 3 when a fault is left.
int RunStoreCheck(const StoreCheckOptions& options, CliEnvironment& environment);
int RunStoreUsage(const StoreUsageOptions& options, CliEnvironment& environment);
int RunStorePrune(const StorePruneOptions& options, CliEnvironment& environment);

}  // namespace cooper

#endif  // COOPER_CLI_STORE_STORE_COMMANDS_H_
