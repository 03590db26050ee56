// The records of a store against what is on the disk.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_RECORD_CHECK_H_
#define COOPER_BACKENDS_STORE_UPKEEP_RECORD_CHECK_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "backends/store/directory/store_directory.h"
#include "backends/store/records/record_database.h"
#include "backends/store/upkeep/blob_check.h"
#include "backends/store/upkeep/item_removal.h"
#include "ir/base/result.h"

namespace cooper {

struct StoreFault {
  std::string text;
  std::function<Status()> mend;  // empty: cannot be mended
};

// The records as they were at one time.
struct RecordSnapshot {
  bool known = false;  // there are records
  std::vector<std::pair<Digest, LayerRecord>> layers;
  std::vector<std::pair<Digest, Digest>> results;
  std::vector<std::pair<Digest, Digest>> downloads;
};
Result<RecordSnapshot> ReadRecords(RecordDatabase& records);

// What follows borrows its arguments, also for `mend`; without `removal` nothing can be mended.

std::vector<StoreFault> BlobFaults(const StoreDirectory& directory, std::vector<BadBlob> bad,
                                   ItemRemoval* removal);

// `snapshots` gets the number of snapshots that were compared with their index. A record that
// changed since `seen` was read is no fault: builds and prunes may run meanwhile.
Result<std::vector<StoreFault>> RecordFaults(const StoreDirectory& directory,
                                             RecordDatabase& records, const RecordSnapshot& seen,
                                             ItemRemoval* removal, size_t& snapshots);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_RECORD_CHECK_H_
