// What a store holds, item by item: what takes the room, and who needs it.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_STORE_INVENTORY_H_
#define COOPER_BACKENDS_STORE_UPKEEP_STORE_INVENTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/store/directory/snapshot_names.h"
#include "backends/store/directory/store_directory.h"
#include "backends/store/records/record_database.h"
#include "backends/store/store.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

enum class StoreItemType : uint8_t { kBlob, kSnapshot, kCache };

// "blob", "snapshot", "cache".
std::string_view NameOf(StoreItemType type);

struct StoreItem {
  StoreItemType type = StoreItemType::kBlob;
  Digest digest;                               // of a blob; the id of a layer; the key of a cache
  SnapshotForm form = SnapshotForm::kTrusted;  // of a snapshot
  std::string copy;                            // of a cache: "0", "1"
  std::string cache_id;                        // as the mount names it, of any bytes
  uint64_t size_bytes = 0;                     // on the disk
  int64_t used_ns = 0;  // the last use: nanoseconds since 1970, never later than now
  bool in_use = false;  // by a build that is running
  // A newer execution of its step took its place, or nothing ever led to it.
  bool replaced = false;
  // The index of a layer, which goes with the layer.
  bool index = false;

  // Its name in the directory of its type.
  std::string FileName() const;
};

struct StoreInventory {
  std::vector<StoreItem> items;
  uint64_t records_bytes = 0;
  uint64_t temporary_bytes = 0;  // being written, or left by builds that were killed
  size_t sessions = 0;           // builds that are running

  uint64_t items_bytes() const;
  uint64_t total_bytes() const { return items_bytes() + records_bytes + temporary_bytes; }
};

// `records` may be null: then nothing is known to lead to anything. `now_ns` as used_ns.
Result<StoreInventory> TakeInventory(const StoreDirectory& directory, RecordDatabase* records,
                                     int64_t now_ns);

// The layers whose step was executed again since, by their records.
std::vector<Digest> ReplacedLayers(const std::vector<std::pair<Digest, LayerRecord>>& records,
                                   const std::vector<std::pair<Digest, Digest>>& results);

int64_t NowNanoseconds();

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_STORE_INVENTORY_H_
