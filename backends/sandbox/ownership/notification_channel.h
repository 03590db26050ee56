// The kernel's side of seccomp user notification (seccomp_unotify(2)).

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_NOTIFICATION_CHANNEL_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_NOTIFICATION_CHANNEL_H_

#include <linux/seccomp.h>

#include <cstdint>
#include <vector>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {

class NotificationChannel {
 public:
  explicit NotificationChannel(ScopedFd listener);

  int fd() const { return listener_.get(); }

  // Receives one call; null when its process died meanwhile. Valid until the next one.
  const seccomp_notif* Receive();
  bool IsWaiting(uint64_t id) const;
  // A process that died meanwhile needs no answer.
  void Send(uint64_t id, const CallAnswer& answer);

 private:
  ScopedFd listener_;
  // Of the kernel's sizes, which may be more than those of this program's headers.
  std::vector<uint64_t> request_;
  std::vector<uint64_t> response_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_NOTIFICATION_CHANNEL_H_
