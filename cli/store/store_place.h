// Where the store is.

#ifndef COOPER_CLI_STORE_STORE_PLACE_H_
#define COOPER_CLI_STORE_STORE_PLACE_H_

#include <string>

#include "cli/options/cli_environment.h"
#include "ir/base/result.h"

namespace cooper {

// `option` unless it is empty, else COOPER_STORE, else the user's cache directory. kStore when
// nothing says where that is.
Result<std::string> StorePlace(const std::string& option, const CliEnvironment& environment);

}  // namespace cooper

#endif  // COOPER_CLI_STORE_STORE_PLACE_H_
