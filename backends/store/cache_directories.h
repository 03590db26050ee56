// The directories of cache mounts, which steps keep from one build to the next.
//
//   caches/<key>/<n>.lock     flock: shared by the steps that share <n>, else exclusive;
//                             holds the id of the cache, and its time is that of the last use
//   caches/<key>/<n>/content  what those steps see
//
// <n> counts from 0; there are several when steps wanted one of their own at a time.
// A new one is filled in the store's temporary directory and becomes visible by a
// rename. The kernel drops a lock with its last descriptor, so a killed build leaves
// its caches to the next one. Thread-safe; threads and processes exclude each other
// alike, since each lease opens the lock file for itself. Who removes a copy holds its
// lock alone and removes it as well.

#ifndef COOPER_BACKENDS_STORE_CACHE_DIRECTORIES_H_
#define COOPER_BACKENDS_STORE_CACHE_DIRECTORIES_H_

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "backends/store/directory/store_directory.h"
#include "backends/store/directory/temporary_session.h"
#include "backends/store/store.h"

namespace cooper {

inline constexpr std::string_view kCacheLockSuffix = ".lock";
inline constexpr size_t kMaxCacheNameBytes = 1024;  // of what a lock file tells

class CacheDirectories {
 public:
  // Of one cache, at a time.
  static constexpr unsigned kMaxCopies = 1000;

  // Both are borrowed for the object's life. Without a session all is only read.
  CacheDirectories(const StoreDirectory& directory, TemporarySession* session)
      : directory_(directory), session_(session) {}

  // As Store::LeaseCache.
  Result<CacheLease> Lease(const CacheRequest& request, std::stop_token stop);

 private:
  // Makes and opens a cache's directory and the lock of one copy; an errno value, ENOENT
  // when somebody removes them just now.
  int OpenLock(const std::string& key, const std::string& name, ScopedFd& parent,
               ScopedFd& lock) const;
  // Makes `<name>/content` below `parent_fd`, unless somebody else is first.
  Status Fill(int parent_fd, const std::string& name, const CacheRequest& request);

  const StoreDirectory& directory_;
  TemporarySession* session_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_CACHE_DIRECTORIES_H_
