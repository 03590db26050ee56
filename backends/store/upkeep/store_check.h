// Verifies a whole store, and mends it where that is asked for.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_STORE_CHECK_H_
#define COOPER_BACKENDS_STORE_UPKEEP_STORE_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

struct CheckStoreProgress {
  size_t blobs = 0;
  size_t all_blobs = 0;
  uint64_t bytes = 0;
  uint64_t all_bytes = 0;
};

struct CheckStoreOptions {
  // Removes what is damaged and what is left over, and takes it out of the records. The next build
  // makes anew what it needs.
  bool repair = false;
  unsigned threads = 0;  // that hash blobs; 0: as many as processors, 8 at most
  // Called about once a second in the thread that called; may be empty.
  std::function<void(const CheckStoreProgress&)> progress;
};

struct StoreCheck {
  std::vector<std::string> faults;     // what no build and no crash may leave; a line each
  std::vector<std::string> leftovers;  // what killed builds leave: harmless, takes room
  size_t repaired = 0;                 // of both; what is not repaired is in the lists
  size_t blobs = 0;
  size_t snapshots = 0;
  size_t layers = 0;
  uint64_t blob_bytes = 0;
};

// Each blob against its digest; each record against blobs, indexes and snapshots; each
// snapshot's files against its index, by type and size; the places of caches, whose content
// is anything; who may read what; what is left over. Without `repair` nothing is changed. Builds
// may run meanwhile. kStore when there is no store that can be read.
Result<StoreCheck> CheckStore(const std::string& directory, const CheckStoreOptions& options,
                              std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_STORE_CHECK_H_
