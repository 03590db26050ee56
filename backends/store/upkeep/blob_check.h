// Hashes the blobs of a store with several threads.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_BLOB_CHECK_H_
#define COOPER_BACKENDS_STORE_UPKEEP_BLOB_CHECK_H_

#include <string>
#include <vector>

#include "backends/store/directory/store_directory.h"
#include "backends/store/upkeep/store_check.h"
#include "ir/base/result.h"

namespace cooper {

struct BadBlob {
  std::string name;  // in blobs/sha256
  std::string fault;
};

struct BlobCheck {
  std::vector<BadBlob> bad;  // by name
  size_t blobs = 0;
  uint64_t bytes = 0;
};

// Blobs that are removed meanwhile are no fault.
Result<BlobCheck> CheckBlobs(const StoreDirectory& directory, const CheckStoreOptions& options,
                             const std::stop_token& stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_BLOB_CHECK_H_
