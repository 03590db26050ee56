// One opener's share of the store's `temporary` directory.
//
//   temporary/<random>/      what this opener is writing
//   temporary/<random>.lock  locked (flock) as long as the opener lives; lists what it uses
//
// The kernel drops the lock when its process ends in whatever way, so a free lock
// marks leftovers. Thread-safe once started.

#ifndef COOPER_BACKENDS_STORE_DIRECTORY_TEMPORARY_SESSION_H_
#define COOPER_BACKENDS_STORE_DIRECTORY_TEMPORARY_SESSION_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/kept_items.h"
#include "ir/base/result.h"

namespace cooper {

class TemporarySession {
 public:
  // The descriptors are borrowed for the session's life; `path` is where `temporary_fd` is,
  // `gate_fd` the store's gate (see KeptItems).
  static Result<std::unique_ptr<TemporarySession>> Start(int temporary_fd, int gate_fd,
                                                         const std::string& path);
  // Removes what is left in the session's directory, and the directory.
  ~TemporarySession();
  TemporarySession(const TemporarySession&) = delete;
  TemporarySession& operator=(const TemporarySession&) = delete;

  int fd() const { return directory_.get(); }
  const std::string& path() const { return path_; }
  // A name that this session has not used yet: "blob-7".
  std::string NextName(std::string_view prefix);

  // What this session uses of the store.
  KeptItems& kept() { return kept_; }

  // Whether a name in `temporary` is that of a session's lock.
  static bool IsLockName(std::string_view name);
  // Sessions whose process is gone, by name.
  static std::vector<std::string> Abandoned(int temporary_fd);
  // Removes the directories of sessions whose process is gone. What cannot be
  // removed stays for another opener, who may have the right to.
  static void RemoveAbandoned(int temporary_fd);

 private:
  TemporarySession(int temporary_fd, int gate_fd, std::string name, std::string path, ScopedFd lock,
                   ScopedFd directory);

  int temporary_fd_;
  std::string name_;
  std::string path_;
  ScopedFd lock_;
  ScopedFd directory_;
  KeptItems kept_;
  std::atomic<uint64_t> next_{0};
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_DIRECTORY_TEMPORARY_SESSION_H_
