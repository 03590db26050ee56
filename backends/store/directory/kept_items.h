// What one session uses of the store, so that nobody removes it meanwhile.
//
// Each item, the id of a layer or the digest of a blob, is added to the session's lock
// file before it is looked for, with a shared lock on the store's gate. Who removes things
// holds the gate alone, reads the lists of all sessions whose lock is held, and leaves
// what is in them. So an item that was kept and then found stays.

#ifndef COOPER_BACKENDS_STORE_DIRECTORY_KEPT_ITEMS_H_
#define COOPER_BACKENDS_STORE_DIRECTORY_KEPT_ITEMS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <stop_token>
#include <unordered_set>
#include <vector>

#include "backends/filesystem/disk/scoped_fd.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

// Thread-safe.
class KeptItems {
 public:
  // Both files are borrowed; `list_fd` is empty and written by nobody else.
  KeptItems(int gate_fd, int list_fd) : gate_fd_(gate_fd), list_fd_(list_fd) {}

  // Nothing to do for an item that is kept already. On failure the item may be removed.
  Status Keep(const Digest& item);

  // Calls `work`, which takes the time of some system calls, while nobody removes anything.
  // Returns an errno value: that of `work` if the lock was had.
  int WhileNothingIsRemoved(const std::function<int()>& work) const;

  std::vector<Digest> items() const;

 private:
  const int gate_fd_;
  const int list_fd_;
  mutable std::mutex mutex_;
  std::unordered_set<Digest> items_;
};

// The gate held alone, until this goes. Everybody who looks for something in the store waits, so
// hold it for the time of some system calls. One thread at a time holds it.
class ClosedGate {
 public:
  // kStore when others hold it for longer than `patience`, kInterrupted after a stop.
  static Result<ClosedGate> Close(int gate_fd, std::chrono::milliseconds patience,
                                  const std::stop_token& stop);
  ClosedGate(ClosedGate&& other) noexcept;
  ClosedGate& operator=(ClosedGate&&) = delete;
  ~ClosedGate();

 private:
  explicit ClosedGate(int gate_fd) : gate_fd_(gate_fd) {}
  int gate_fd_;
};

// What the sessions in the store's `temporary` directory keep whose process lives.
Result<std::set<Digest>> ItemsKeptByAnyone(int temporary_fd);
// How many sessions that is.
size_t CountSessions(int temporary_fd);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_DIRECTORY_KEPT_ITEMS_H_
