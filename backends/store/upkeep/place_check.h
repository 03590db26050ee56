// The directories of a store: what belongs where, who may read it, and what is left over.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_PLACE_CHECK_H_
#define COOPER_BACKENDS_STORE_UPKEEP_PLACE_CHECK_H_

#include <vector>

#include "backends/store/directory/store_directory.h"
#include "backends/store/upkeep/record_check.h"

namespace cooper {

// Arguments are borrowed, also for `mend`.

// What others may read, and what is in `snapshots` and `caches` that no store puts there.
std::vector<StoreFault> PlaceFaults(const StoreDirectory& directory);

// What killed builds left: files being written, trials of the sandbox, and snapshots that no
// record names.
std::vector<StoreFault> Leftovers(const StoreDirectory& directory, const RecordSnapshot& seen,
                                  ItemRemoval* removal);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_PLACE_CHECK_H_
