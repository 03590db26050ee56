#include "backends/store/upkeep/store_inventory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "backends/store/cache_directories.h"
#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/kept_items.h"
#include "backends/store/upkeep/disk_usage.h"

namespace cooper {
namespace {

constexpr std::chrono::seconds kPatience{30};  // with who holds the gate
constexpr int64_t kNanoseconds = 1'000'000'000;

int64_t ChangeTime(const struct stat& status) {
  return status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec;
}

// What the records tell of each item.
class Knowledge {
 public:
  Status Learn(RecordDatabase* records) {
    if (records == nullptr) return Ok();
    COOPER_ASSIGN_OR_RETURN(const auto layers, records->All());
    COOPER_ASSIGN_OR_RETURN(const auto results, records->Results());
    COOPER_ASSIGN_OR_RETURN(const auto downloads, records->Downloads());
    COOPER_ASSIGN_OR_RETURN(uses_, records->Uses());
    for (const Digest& layer : ReplacedLayers(layers, results)) replaced_layers_.insert(layer);
    for (const auto& [id, record] : layers) {
      recorded_.insert(id);
      if (record.index) indexes_.insert(*record.index);
      if (!record.blob) continue;
      (replaced_layers_.contains(id) ? old_blobs_ : live_blobs_).insert(record.blob->digest);
    }
    for (const auto& [url, blob] : downloads) live_blobs_.insert(blob);
    return Ok();
  }

  void Describe(StoreItem& item, int64_t now_ns) const {
    if (const auto use = uses_.find(item.digest); use != uses_.end()) item.used_ns = use->second;
    // A clock that was wrong must not keep something for ever.
    item.used_ns = std::min(item.used_ns, now_ns);
    if (item.type == StoreItemType::kSnapshot) {
      item.replaced = replaced_layers_.contains(item.digest) || !recorded_.contains(item.digest);
    } else if (item.type == StoreItemType::kBlob) {
      item.index = indexes_.contains(item.digest);
      item.replaced = old_blobs_.contains(item.digest) && !live_blobs_.contains(item.digest);
    }
  }

 private:
  std::map<Digest, int64_t> uses_;
  std::set<Digest> recorded_;
  std::set<Digest> replaced_layers_;
  std::set<Digest> indexes_;
  std::set<Digest> live_blobs_;
  std::set<Digest> old_blobs_;
};

std::vector<std::string> Names(const ScopedFd& directory) {
  std::vector<std::string> names;
  if (directory.ok()) ListNames(directory.get(), names);
  return names;
}

void AddBlobs(const StoreDirectory& directory, std::vector<StoreItem>& items) {
  for (const std::string& name : Names(directory.blobs)) {
    const std::optional<Digest> digest = Digest::FromHex(name);
    struct stat status{};
    if (!digest ||
        fstatat(directory.blobs.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    StoreItem& item = items.emplace_back();
    item.digest = *digest;
    item.size_bytes = DiskUsage(directory.blobs.get(), name);
    item.used_ns = ChangeTime(status);
  }
}

void AddSnapshots(const StoreDirectory& directory, std::vector<StoreItem>& items) {
  for (const std::string& name : Names(directory.snapshots)) {
    const std::optional<SnapshotName> parsed = SnapshotName::Parse(name);
    struct stat status{};
    if (!parsed ||
        fstatat(directory.snapshots.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    StoreItem& item = items.emplace_back();
    item.type = StoreItemType::kSnapshot;
    item.digest = parsed->layer_id;
    item.form = parsed->form;
    item.size_bytes = DiskUsage(directory.snapshots.get(), name);
    item.used_ns = ChangeTime(status);
  }
}

void AddCache(int parent_fd, const Digest& key, const std::string& copy,
              std::vector<StoreItem>& items) {
  StoreItem& item = items.emplace_back();
  item.type = StoreItemType::kCache;
  item.digest = key;
  item.copy = copy;
  item.size_bytes = DiskUsage(parent_fd, copy);
  const ScopedFd lock(openat(parent_fd, (copy + std::string(kCacheLockSuffix)).c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!lock.ok() || fstat(lock.get(), &status) != 0) return;
  item.used_ns = ChangeTime(status);
  item.cache_id.resize(kMaxCacheNameBytes);
  const ssize_t count = pread(lock.get(), item.cache_id.data(), item.cache_id.size(), 0);
  item.cache_id.resize(count > 0 ? static_cast<size_t>(count) : 0);
}

void AddCaches(const StoreDirectory& directory, std::vector<StoreItem>& items) {
  for (const std::string& name : Names(directory.caches)) {
    const std::optional<Digest> key = Digest::FromHex(name);
    const ScopedFd parent(openat(directory.caches.get(), name.c_str(),
                                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!key || !parent.ok()) continue;
    for (const std::string& copy : Names(parent)) {
      if (!copy.ends_with(kCacheLockSuffix)) AddCache(parent.get(), *key, copy, items);
    }
  }
}

// Whether a step has the cache now.
bool IsLeased(const StoreDirectory& directory, const StoreItem& item) {
  const ScopedFd parent(openat(directory.caches.get(), item.digest.Hex().c_str(),
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!parent.ok()) return false;
  const ScopedFd lock(openat(parent.get(), (item.copy + std::string(kCacheLockSuffix)).c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return lock.ok() && flock(lock.get(), LOCK_EX | LOCK_NB) != 0;
}

// Steps that ask for a cache meanwhile wait: our lock must not be taken for a use.
Status AddLeases(const StoreDirectory& directory, std::vector<StoreItem>& items) {
  std::optional<ClosedGate> closed;
  if (directory.gate.ok()) {
    COOPER_ASSIGN_OR_RETURN(ClosedGate gate,
                            ClosedGate::Close(directory.gate.get(), kPatience, {}));
    closed.emplace(std::move(gate));
  }
  for (StoreItem& item : items) {
    if (item.type == StoreItemType::kCache) item.in_use = IsLeased(directory, item);
  }
  return Ok();
}

}  // namespace

std::string_view NameOf(StoreItemType type) {
  switch (type) {
    case StoreItemType::kBlob:
      return "blob";
    case StoreItemType::kSnapshot:
      return "snapshot";
    case StoreItemType::kCache:
      return "cache";
  }
  return "";
}

std::string StoreItem::FileName() const {
  if (type != StoreItemType::kSnapshot) return digest.Hex();
  return SnapshotName{.layer_id = digest, .form = form}.Text();
}

uint64_t StoreInventory::items_bytes() const {
  return std::accumulate(items.begin(), items.end(), uint64_t{0},
                         [](uint64_t sum, const StoreItem& item) { return sum + item.size_bytes; });
}

int64_t NowNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::vector<Digest> ReplacedLayers(const std::vector<std::pair<Digest, LayerRecord>>& records,
                                   const std::vector<std::pair<Digest, Digest>>& results) {
  std::set<Digest> led_to;
  for (const auto& [key, layer] : results) led_to.insert(layer);
  std::vector<Digest> replaced;
  for (const auto& [id, record] : records) {
    // Layers of base images have no time of creation and no result.
    if (record.created && !led_to.contains(id)) replaced.push_back(id);
  }
  return replaced;
}

Result<StoreInventory> TakeInventory(const StoreDirectory& directory, RecordDatabase* records,
                                     int64_t now_ns) {
  StoreInventory inventory;
  Knowledge knowledge;
  COOPER_RETURN_IF_ERROR(knowledge.Learn(records));
  AddBlobs(directory, inventory.items);
  AddSnapshots(directory, inventory.items);
  AddCaches(directory, inventory.items);
  COOPER_RETURN_IF_ERROR(AddLeases(directory, inventory.items));
  std::set<Digest> kept;
  if (directory.temporary.ok()) {
    COOPER_ASSIGN_OR_RETURN(kept, ItemsKeptByAnyone(directory.temporary.get()));
    inventory.sessions = CountSessions(directory.temporary.get());
  }
  for (StoreItem& item : inventory.items) {
    knowledge.Describe(item, now_ns);
    item.in_use |= item.type != StoreItemType::kCache && kept.contains(item.digest);
  }
  for (const std::string& name : Names(directory.root)) {
    if (name.starts_with("records.sqlite") || name.starts_with("hints-") ||
        name.starts_with("history-")) {
      inventory.records_bytes += DiskUsage(directory.root.get(), name);
    } else if (name == "temporary" || name == "sandbox") {
      inventory.temporary_bytes += DiskUsage(directory.root.get(), name);
    }
  }
  return inventory;
}

}  // namespace cooper
