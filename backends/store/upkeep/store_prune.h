// Removes from a store what nobody uses, by age, size or free room.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_STORE_PRUNE_H_
#define COOPER_BACKENDS_STORE_UPKEEP_STORE_PRUNE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/store/upkeep/store_inventory.h"
#include "ir/base/result.h"

namespace cooper {

// An item goes if everything that is set here agrees. What was used longest ago goes first.
struct PrunePolicy {
  std::set<StoreItemType> types;           // empty: all
  bool only_replaced = false;              // see StoreItem::replaced
  int64_t keep_duration_ns = 0;            // what was used since stays
  std::optional<uint64_t> max_bytes;       // of all items: they go until there are no more
  std::optional<uint64_t> min_free_bytes;  // of its file system: items go until so much is free
  bool dry_run = false;
};

struct PruneOutcome {
  std::vector<StoreItem> removed;  // with a dry run: what would be
  uint64_t freed_bytes = 0;
  size_t in_use = 0;       // items that the policy would have taken
  bool target_met = true;  // of `max_bytes` and `min_free_bytes`
};

// Builds may run meanwhile: what they use stays, and each of their looks into the store waits no
// longer than some items take. Stopped in the middle the store is sound; leftovers go with
// the next build. kStore, kInterrupted.
Result<PruneOutcome> PruneStore(const std::string& directory, const PrunePolicy& policy,
                                std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_STORE_PRUNE_H_
