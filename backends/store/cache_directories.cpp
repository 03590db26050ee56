#include "backends/store/cache_directories.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// flock cannot be waited for together with a stop.
constexpr std::chrono::milliseconds kRetryPause{20};

// 0, or errno; EWOULDBLOCK while others hold it otherwise.
int TryLock(int lock_fd, CacheSharing sharing) {
  const int how = sharing == CacheSharing::kShared ? LOCK_SH : LOCK_EX;
  int result = -1;
  do {
    result = flock(lock_fd, how | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

bool HasContent(int parent_fd, const std::string& name) {
  struct stat status{};
  return fstatat(parent_fd, fmt::format("{}/{}", name, kCacheContent).c_str(), &status,
                 AT_SYMLINK_NOFOLLOW) == 0 &&
         (S_ISDIR(status.st_mode) || S_ISREG(status.st_mode));
}

// Marks the use, and says for people whose cache it is. That may fail.
void NameCache(int lock_fd, std::string_view name) {
  struct stat status{};
  if (fstat(lock_fd, &status) == 0 && status.st_size == 0) {
    (void)!pwrite(lock_fd, name.data(), std::min(name.size(), kMaxCacheNameBytes), 0);
  }
  futimens(lock_fd, nullptr);
}

}  // namespace

Status CacheDirectories::Fill(int parent_fd, const std::string& name, const CacheRequest& request) {
  const std::string action =
      fmt::format("cannot make a cache directory in the store `{}`", directory_.path);
  const std::string temporary = session_->NextName("cache");
  if (mkdirat(session_->fd(), temporary.c_str(), 0700) != 0) return StoreError(action, errno);
  const ScopedFd outer(openat(session_->fd(), temporary.c_str(), kDirectoryFlags));
  Status status = outer.ok() ? request.fill(outer.get()) : StoreError(action, errno);
  if (status.ok() && renameat(session_->fd(), temporary.c_str(), parent_fd, name.c_str()) == 0) {
    return Ok();
  }
  const int error = errno;
  RemoveTree(session_->fd(), temporary);
  if (!status.ok() || HasContent(parent_fd, name)) return status;
  return StoreError(action, error);
}

Result<CacheLease> CacheDirectories::Lease(const CacheRequest& request, std::stop_token stop) {
  if (session_ == nullptr) return OnlyRead(directory_.path);
  const std::string key = request.key.Hex();
  const std::string path = fmt::format("{}/{}", directory_.CachesPath(), key);
  const std::string action = fmt::format("cannot use the cache directory `{}`", path);

  bool told = false;
  for (unsigned number = 0; number < kMaxCopies;) {
    const std::string name = std::to_string(number);
    // Opened anew for each try: what prunes caches may have removed it.
    ScopedFd parent;
    ScopedFd lock;
    int error = OpenLock(key, name, parent, lock);
    if (error == ENOENT) continue;
    if (error != 0) return StoreError(action, error);
    // Who looks at caches to remove them tries their locks, which must not look like a use.
    error = session_->kept().WhileNothingIsRemoved(
        [&] { return TryLock(lock.get(), request.sharing); });
    // All who want it locked want the same directory: the first.
    if (error == EWOULDBLOCK && request.sharing == CacheSharing::kLocked) {
      if (stop.stop_requested()) {
        return Error(DiagnosticKind::kInterrupted, "the step was stopped");
      }
      if (!std::exchange(told, true) && request.waits) request.waits();
      std::this_thread::sleep_for(kRetryPause);
      continue;
    }
    if (error == EWOULDBLOCK) {
      ++number;
      continue;
    }
    if (error != 0) return StoreError(action, error);
    struct stat status{};
    if (fstat(lock.get(), &status) != 0) return StoreError(action, errno);
    if (status.st_nlink == 0) continue;
    NameCache(lock.get(), request.name);
    if (!HasContent(parent.get(), name)) {
      COOPER_RETURN_IF_ERROR(Fill(parent.get(), name, request));
    }
    return CacheLease(fmt::format("{}/{}/{}", path, name, kCacheContent), std::move(lock));
  }
  return Error(DiagnosticKind::kLimitExceeded,
               fmt::format("{} steps use the cache directory `{}` at once; use `sharing=shared` "
                           "or fewer builds at a time",
                           kMaxCopies, path));
}

int CacheDirectories::OpenLock(const std::string& key, const std::string& name, ScopedFd& parent,
                               ScopedFd& lock) const {
  if (mkdirat(directory_.caches.get(), key.c_str(), 0700) != 0 && errno != EEXIST) return errno;
  parent = ScopedFd(openat(directory_.caches.get(), key.c_str(), kDirectoryFlags));
  if (!parent.ok()) return errno;
  lock = ScopedFd(openat(parent.get(), (name + std::string(kCacheLockSuffix)).c_str(),
                         O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  return lock.ok() ? 0 : errno;
}

}  // namespace cooper
