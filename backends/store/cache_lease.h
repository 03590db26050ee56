// The directory of a cache mount, lent by the store to one step.
//
// A lease is owned by whoever runs the step; it may be given back on any thread.

#ifndef COOPER_BACKENDS_STORE_CACHE_LEASE_H_
#define COOPER_BACKENDS_STORE_CACHE_LEASE_H_

#include <sys/stat.h>

#include <functional>
#include <string>
#include <utility>

#include "backends/filesystem/disk/scoped_fd.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

// What one step wants of a cache mount.
struct CacheRequest {
  Digest key;        // what tells this cache from others
  std::string name;  // its id, for people; of any bytes
  // kShared: with other steps that share it; kPrivate: a directory that no other step
  // uses now; kLocked: the first one, after waiting for its users.
  CacheSharing sharing = CacheSharing::kShared;
  // Makes `content`, a directory or a file, in a new directory when there is none yet,
  // and syncs what must not be lost behind its name.
  std::function<Status(int directory_fd)> fill;
  std::function<void()> waits;  // called once when it has to wait; may be empty
};

inline constexpr const char* kCacheContent = "content";

// A cache directory lent to one step, until this goes.
class CacheLease {
 public:
  CacheLease(std::string path, ScopedFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  // Its end is the last use.
  ~CacheLease() {
    if (lock_.ok()) futimens(lock_.get(), nullptr);
  }
  CacheLease(CacheLease&&) = default;
  CacheLease& operator=(CacheLease&&) = default;
  const std::string& path() const { return path_; }  // of the content, absolute

 private:
  std::string path_;
  ScopedFd lock_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_CACHE_LEASE_H_
