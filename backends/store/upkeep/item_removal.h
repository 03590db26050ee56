// Takes items out of a store while builds may run.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_ITEM_REMOVAL_H_
#define COOPER_BACKENDS_STORE_UPKEEP_ITEM_REMOVAL_H_

#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/store/directory/store_directory.h"
#include "backends/store/directory/temporary_session.h"
#include "backends/store/records/record_database.h"
#include "backends/store/upkeep/store_inventory.h"
#include "ir/base/result.h"

namespace cooper {

// Items are renamed into a session's directory with the gate closed, after the records forgot
// them, and removed from there afterwards. So nobody sees half of one, at whatever point the
// process is killed.
class ItemRemoval {
 public:
  // Both are borrowed.
  static Result<std::unique_ptr<ItemRemoval>> Start(const StoreDirectory& directory,
                                                    RecordDatabase& records);

  // Those of a batch that are not in use; keep it small. `used_too`: also those in use, for what
  // is damaged. Returns what has gone.
  Result<std::vector<StoreItem>> Remove(const std::vector<StoreItem>& items, bool used_too,
                                        const std::stop_token& stop);

 private:
  ItemRemoval(const StoreDirectory& directory, RecordDatabase& records,
              std::unique_ptr<TemporarySession> session)
      : directory_(directory), records_(records), session_(std::move(session)) {}

  Status Forget(const std::vector<StoreItem>& items, const std::set<Digest>& kept,
                std::vector<StoreItem>& orphans);
  // Whether a snapshot of the layer stays when `items` have gone.
  bool HasOtherForm(const StoreItem& snapshot, const std::vector<StoreItem>& items) const;
  int TakeAway(const StoreItem& item);
  // EWOULDBLOCK when a step has it.
  int TakeCacheAway(const StoreItem& item);

  const StoreDirectory& directory_;
  RecordDatabase& records_;
  std::unique_ptr<TemporarySession> session_;
  std::vector<std::string> taken_;  // names in the session's directory
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_ITEM_REMOVAL_H_
