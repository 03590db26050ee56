#include "backends/store/upkeep/place_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "backends/store/cache_directories.h"
#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/kept_items.h"
#include "backends/store/directory/snapshot_names.h"
#include "backends/store/directory/temporary_session.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::string_view kTrialPrefix = "trial-";
// A trial of the sandbox takes some milliseconds.
constexpr time_t kTrialSeconds = 3600;

std::vector<std::string> Names(const ScopedFd& directory) {
  std::vector<std::string> names;
  if (directory.ok()) ListNames(directory.get(), names);
  return names;
}

std::function<Status()> RemovingTree(int parent_fd, std::string name) {
  return [parent_fd, name = std::move(name)]() -> Status {
    const int error = RemoveTree(parent_fd, name);
    if (error == 0) return Ok();
    return StoreError(fmt::format("cannot remove `{}` from the store", name), error);
  };
}

class PlaceChecker {
 public:
  explicit PlaceChecker(const StoreDirectory& directory) : directory_(directory) {}

  std::vector<StoreFault> Check() {
    CheckMode(directory_.root, ".", ".");
    for (const std::string& name : Names(directory_.root)) CheckMode(directory_.root, name, name);
    for (const std::string& name : Names(directory_.blobs)) {
      CheckMode(directory_.blobs, name, "blobs/sha256/" + name);
    }
    for (const std::string& name : Names(directory_.temporary)) {
      CheckMode(directory_.temporary, name, "temporary/" + name);
    }
    CheckSnapshots();
    CheckCaches();
    return std::move(faults_);
  }

 private:
  void CheckMode(const ScopedFd& parent, const std::string& name, const std::string& shown) {
    struct stat status{};
    if (!parent.ok() || fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISLNK(status.st_mode) || (status.st_mode & 0077) == 0) {
      return;
    }
    const mode_t mode = status.st_mode & 0700;
    faults_.push_back(
        {fmt::format("`{}` has mode {:04o}: others may use it", shown, status.st_mode & 07777),
         [fd = parent.get(), name, mode]() -> Status {
           if (fchmodat(fd, name.c_str(), mode, 0) == 0 || errno == ENOENT) {
             return Ok();
           }
           return StoreError(fmt::format("cannot make `{}` private", name), errno);
         }});
  }

  void CheckSnapshots() {
    for (const std::string& name : Names(directory_.snapshots)) {
      struct stat status{};
      if (SnapshotName::Parse(name) && fstatat(directory_.snapshots.get(), (name + "/root").c_str(),
                                               &status, AT_SYMLINK_NOFOLLOW) == 0) {
        CheckMode(directory_.snapshots, name, "snapshots/" + name);
      } else if (fstatat(directory_.snapshots.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) ==
                 0) {
        faults_.push_back({fmt::format("`snapshots/{}` is not a snapshot", name),
                           RemovingTree(directory_.snapshots.get(), name)});
      }
    }
  }

  void CheckCaches() {
    for (const std::string& key : Names(directory_.caches)) {
      const ScopedFd parent(openat(directory_.caches.get(), key.c_str(), kDirectoryFlags));
      if (!parent.ok() && errno == ENOENT) continue;
      if (!Digest::FromHex(key) || !parent.ok()) {
        faults_.push_back({fmt::format("`caches/{}` is not a cache's directory", key),
                           RemovingTree(directory_.caches.get(), key)});
        continue;
      }
      CheckMode(directory_.caches, key, "caches/" + key);
      for (const std::string& name : Names(parent)) {
        const std::string shown = fmt::format("caches/{}/{}", key, name);
        if (IsCachePart(parent, name)) {
          CheckMode(directory_.caches, key + "/" + name, shown);
        } else {
          faults_.push_back({fmt::format("`{}` is not a cache's directory", shown),
                             RemovingTree(directory_.caches.get(), key + "/" + name)});
        }
      }
    }
  }

  // A copy with content, or a copy's lock.
  static bool IsCachePart(const ScopedFd& parent, std::string_view name) {
    struct stat status{};
    const std::string content = fmt::format("{}/{}", name, kCacheContent);
    const bool lock = name.ends_with(kCacheLockSuffix);
    if (lock) name.remove_suffix(kCacheLockSuffix.size());
    const bool number =
        !name.empty() && name.size() <= 3 &&
        std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    return number &&
           (lock || fstatat(parent.get(), content.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0);
  }

  const StoreDirectory& directory_;
  std::vector<StoreFault> faults_;
};

void AddTrials(const StoreDirectory& directory, bool builds_run,
               std::vector<StoreFault>& leftovers) {
  const ScopedFd sandbox(openat(directory.root.get(), "sandbox", kDirectoryFlags));
  for (const std::string& name : Names(sandbox)) {
    struct stat status{};
    if (!name.starts_with(kTrialPrefix) ||
        fstatat(sandbox.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    // With no build running it is nobody's.
    const bool running = builds_run && time(nullptr) - status.st_mtime < kTrialSeconds;
    if (running) continue;
    leftovers.push_back({fmt::format("`sandbox/{}` is of a build that was killed", name),
                         RemovingTree(directory.root.get(), "sandbox/" + name)});
  }
}

}  // namespace

std::vector<StoreFault> PlaceFaults(const StoreDirectory& directory) {
  return PlaceChecker(directory).Check();
}

std::vector<StoreFault> Leftovers(const StoreDirectory& directory, const RecordSnapshot& seen,
                                  ItemRemoval* removal) {
  std::vector<StoreFault> leftovers;
  if (directory.temporary.ok()) {
    for (const std::string& name : TemporarySession::Abandoned(directory.temporary.get())) {
      leftovers.push_back({fmt::format("`temporary/{}` is of a build that was killed", name),
                           [fd = directory.temporary.get()]() -> Status {
                             TemporarySession::RemoveAbandoned(fd);
                             return Ok();
                           }});
    }
    // Who repairs has a session too.
    const size_t own = removal != nullptr ? 1 : 0;
    AddTrials(directory, CountSessions(directory.temporary.get()) > own, leftovers);
  }
  if (!seen.known) return leftovers;
  std::set<Digest> recorded;
  for (const auto& [id, record] : seen.layers) recorded.insert(id);
  for (const std::string& name : Names(directory.snapshots)) {
    const std::optional<SnapshotName> parsed = SnapshotName::Parse(name);
    if (!parsed || recorded.contains(parsed->layer_id)) continue;
    StoreItem item;
    item.type = StoreItemType::kSnapshot;
    item.digest = parsed->layer_id;
    item.form = parsed->form;
    StoreFault& leftover = leftovers.emplace_back();
    leftover.text = fmt::format("snapshot `{}` is of no layer that is recorded", name);
    if (removal == nullptr) continue;
    // Not from a build that has not come to record it yet.
    leftover.mend = [removal, item]() -> Status {
      const Result<std::vector<StoreItem>> gone = removal->Remove({item}, /*used_too=*/false, {});
      if (!gone.ok()) return gone.error();
      return Ok();
    };
  }
  return leftovers;
}

}  // namespace cooper
