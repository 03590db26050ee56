// What takes the room in a store, for people and for programs.

#ifndef COOPER_CLI_STORE_USAGE_REPORT_H_
#define COOPER_CLI_STORE_USAGE_REPORT_H_

#include <string>

#include "backends/store/upkeep/store_inventory.h"

namespace cooper {

std::string UsageText(const std::string& directory, const StoreInventory& inventory);
// docs/store.md describes it.
std::string UsageJson(const std::string& directory, const StoreInventory& inventory);

}  // namespace cooper

#endif  // COOPER_CLI_STORE_USAGE_REPORT_H_
