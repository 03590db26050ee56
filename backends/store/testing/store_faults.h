// What CheckStore finds wrong with a store, for unit tests.

#ifndef COOPER_BACKENDS_STORE_TESTING_STORE_FAULTS_H_
#define COOPER_BACKENDS_STORE_TESTING_STORE_FAULTS_H_

#include <string>
#include <vector>

#include "backends/store/upkeep/store_check.h"

namespace cooper {

inline std::vector<std::string> StoreFaults(const std::string& directory) {
  Result<StoreCheck> check = CheckStore(directory, {}, {});
  if (!check.ok()) return {check.error().message()};
  return check->faults;
}

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_TESTING_STORE_FAULTS_H_
