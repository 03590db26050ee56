// What `cooper store VERB` asks for.

#ifndef COOPER_CLI_OPTIONS_STORE_OPTIONS_H_
#define COOPER_CLI_OPTIONS_STORE_OPTIONS_H_

#include <string>

#include "backends/store/upkeep/store_prune.h"

namespace cooper {

// `store` is empty for the one that a build takes.
struct StoreCheckOptions {
  std::string store;
  bool repair = false;
};

struct StoreUsageOptions {
  std::string store;
  bool json = false;
};

struct StorePruneOptions {
  std::string store;
  PrunePolicy policy;
};

}  // namespace cooper

#endif  // COOPER_CLI_OPTIONS_STORE_OPTIONS_H_
