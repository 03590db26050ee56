#include "backends/store/upkeep/item_removal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

#include "backends/store/cache_directories.h"
#include "backends/store/directory/kept_items.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

constexpr std::chrono::seconds kPatience{60};

}  // namespace

Result<std::unique_ptr<ItemRemoval>> ItemRemoval::Start(const StoreDirectory& directory,
                                                        RecordDatabase& records) {
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<TemporarySession> session,
                          TemporarySession::Start(directory.temporary.get(), directory.gate.get(),
                                                  directory.TemporaryPath()));
  return std::unique_ptr<ItemRemoval>(new ItemRemoval(directory, records, std::move(session)));
}

bool ItemRemoval::HasOtherForm(const StoreItem& snapshot,
                               const std::vector<StoreItem>& items) const {
  return std::any_of(kSnapshotForms.begin(), kSnapshotForms.end(), [&](SnapshotForm form) {
    StoreItem other = snapshot;
    other.form = form;
    struct stat status{};
    return fstatat(directory_.snapshots.get(), other.FileName().c_str(), &status,
                   AT_SYMLINK_NOFOLLOW) == 0 &&
           std::none_of(items.begin(), items.end(), [&](const StoreItem& item) {
             return item.type == StoreItemType::kSnapshot && item.FileName() == other.FileName();
           });
  });
}

Status ItemRemoval::Forget(const std::vector<StoreItem>& items, const std::set<Digest>& kept,
                           std::vector<StoreItem>& orphans) {
  LostParts lost;
  for (const StoreItem& item : items) {
    if (item.type == StoreItemType::kBlob) lost.blobs.push_back(item.digest);
    if (item.type == StoreItemType::kSnapshot && !HasOtherForm(item, items)) {
      lost.snapshots.push_back(item.digest);
    }
  }
  if (lost.blobs.empty() && lost.snapshots.empty()) return Ok();
  std::vector<Digest> indexes;
  COOPER_RETURN_IF_ERROR(records_.Forget(lost, indexes));
  for (const Digest& index : indexes) {
    struct stat status{};
    if (kept.contains(index) ||
        fstatat(directory_.blobs.get(), index.Hex().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    StoreItem& orphan = orphans.emplace_back();
    orphan.digest = index;
    orphan.size_bytes = static_cast<uint64_t>(status.st_blocks) * 512;
    orphan.index = true;
  }
  return Ok();
}

int ItemRemoval::TakeCacheAway(const StoreItem& item) {
  const std::string key = item.digest.Hex();
  const ScopedFd parent(openat(directory_.caches.get(), key.c_str(),
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!parent.ok()) return errno;
  const std::string lock_name = item.copy + std::string(kCacheLockSuffix);
  const ScopedFd lock(
      openat(parent.get(), lock_name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock.ok() || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return errno;
  const std::string name = session_->NextName("removed");
  if (renameat(parent.get(), item.copy.c_str(), session_->fd(), name.c_str()) != 0) return errno;
  taken_.push_back(name);
  unlinkat(parent.get(), lock_name.c_str(), 0);
  // Fails while there are other copies.
  unlinkat(directory_.caches.get(), key.c_str(), AT_REMOVEDIR);
  return 0;
}

int ItemRemoval::TakeAway(const StoreItem& item) {
  if (item.type == StoreItemType::kCache) return TakeCacheAway(item);
  const int parent =
      item.type == StoreItemType::kBlob ? directory_.blobs.get() : directory_.snapshots.get();
  const std::string name = session_->NextName("removed");
  if (renameat(parent, item.FileName().c_str(), session_->fd(), name.c_str()) != 0) return errno;
  taken_.push_back(name);
  return 0;
}

Result<std::vector<StoreItem>> ItemRemoval::Remove(const std::vector<StoreItem>& items,
                                                   bool used_too, const std::stop_token& stop) {
  std::vector<StoreItem> gone;
  int first_error = 0;
  {
    COOPER_ASSIGN_OR_RETURN(const ClosedGate gate,
                            ClosedGate::Close(directory_.gate.get(), kPatience, stop));
    COOPER_ASSIGN_OR_RETURN(const std::set<Digest> kept,
                            ItemsKeptByAnyone(directory_.temporary.get()));
    std::vector<StoreItem> free;
    for (const StoreItem& item : items) {
      if (used_too || item.type == StoreItemType::kCache || !kept.contains(item.digest)) {
        free.push_back(item);
      }
    }
    std::vector<StoreItem> orphans;
    COOPER_RETURN_IF_ERROR(Forget(free, kept, orphans));
    free.insert(free.end(), orphans.begin(), orphans.end());
    for (const StoreItem& item : free) {
      const int error = TakeAway(item);
      if (error == 0) {
        gone.push_back(item);
      } else if (error != EWOULDBLOCK && error != ENOENT && first_error == 0) {
        first_error = error;
      }
    }
  }
  for (const std::string& name : std::exchange(taken_, {})) {
    const int error = RemoveTree(session_->fd(), name);
    if (first_error == 0) first_error = error;
  }
  if (first_error != 0) {
    return StoreError(fmt::format("cannot remove from the store `{}`", directory_.path),
                      first_error);
  }
  return gone;
}

}  // namespace cooper
