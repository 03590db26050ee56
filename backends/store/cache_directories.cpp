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
constexpr std::string_view kLockSuffix = ".lock";
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

// What cannot be listed holds nothing for us.
std::vector<std::string> Names(int directory_fd) {
  std::vector<std::string> names;
  ListNames(directory_fd, names);
  return names;
}

bool IsNumber(std::string_view text) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end && number < CacheDirectories::kMaxCopies;
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
  if (mkdirat(directory_.caches.get(), key.c_str(), 0700) != 0 && errno != EEXIST) {
    return StoreError(action, errno);
  }
  const ScopedFd parent(openat(directory_.caches.get(), key.c_str(), kDirectoryFlags));
  if (!parent.ok()) return StoreError(action, errno);

  bool told = false;
  for (unsigned number = 0; number < kMaxCopies;) {
    const std::string name = std::to_string(number);
    ScopedFd lock(openat(parent.get(), (name + std::string(kLockSuffix)).c_str(),
                         O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock.ok()) return StoreError(action, errno);
    int error = TryLock(lock.get(), request.sharing);
    // All who want it locked want the same directory: the first.
    while (error == EWOULDBLOCK && request.sharing == CacheSharing::kLocked) {
      if (stop.stop_requested()) {
        return Error(DiagnosticKind::kInterrupted, "the step was stopped");
      }
      if (!std::exchange(told, true) && request.waits) request.waits();
      std::this_thread::sleep_for(kRetryPause);
      error = TryLock(lock.get(), request.sharing);
    }
    if (error == EWOULDBLOCK) {
      ++number;
      continue;
    }
    if (error != 0) return StoreError(action, error);
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

Result<std::vector<std::string>> CacheDirectories::Check() const {
  std::vector<std::string> faults;
  for (const std::string& key : Names(directory_.caches.get())) {
    const ScopedFd parent(openat(directory_.caches.get(), key.c_str(), kDirectoryFlags));
    if (!Digest::FromHex(key) || !parent.ok()) {
      faults.push_back(fmt::format("`caches/{}` is not a cache's directory; remove it", key));
      continue;
    }
    for (const std::string& name : Names(parent.get())) {
      std::string_view number = name;
      const bool lock = number.ends_with(kLockSuffix);
      if (lock) number.remove_suffix(kLockSuffix.size());
      if (!IsNumber(number) || (!lock && !HasContent(parent.get(), name))) {
        faults.push_back(
            fmt::format("`caches/{}/{}` is not a cache's directory; remove it", key, name));
      }
    }
  }
  return faults;
}

}  // namespace cooper
