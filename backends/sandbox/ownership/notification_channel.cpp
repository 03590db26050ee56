#include "backends/sandbox/ownership/notification_channel.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cooper {
namespace {

// Linux 6.6; this program's headers may be older. The process and its answerer take
// turns, so they should do so on one processor.
constexpr unsigned long kSetFlags = SECCOMP_IOW(4, uint64_t);
constexpr unsigned long kSyncWakeUp = 1;

size_t Words(size_t bytes) { return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t); }

}  // namespace

NotificationChannel::NotificationChannel(ScopedFd listener) : listener_(std::move(listener)) {
  seccomp_notif_sizes sizes = {};
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) sizes = {};
  request_.resize(Words(std::max<size_t>(sizes.seccomp_notif, sizeof(seccomp_notif))));
  response_.resize(Words(std::max<size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp))));
  ioctl(listener_.get(), kSetFlags, kSyncWakeUp);
}

const seccomp_notif* NotificationChannel::Receive() {
  std::fill(request_.begin(), request_.end(), 0);  // the kernel insists
  if (ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, request_.data()) != 0) return nullptr;
  return reinterpret_cast<const seccomp_notif*>(request_.data());
}

bool NotificationChannel::IsWaiting(uint64_t id) const {
  return ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void NotificationChannel::Send(uint64_t id, const CallAnswer& answer) {
  int error = 0;
  if (answer.kind == CallAnswer::Kind::kDescriptor) {
    seccomp_notif_addfd add = {};
    add.id = id;
    add.flags = SECCOMP_ADDFD_FLAG_SEND;
    add.srcfd = static_cast<uint32_t>(answer.file.get());
    add.newfd_flags = static_cast<uint32_t>(answer.value);
    if (ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0) return;
    error = errno == EMFILE ? EMFILE : EIO;
  }
  std::fill(response_.begin(), response_.end(), 0);
  auto* const response = reinterpret_cast<seccomp_notif_resp*>(response_.data());
  response->id = id;
  switch (answer.kind) {
    case CallAnswer::Kind::kLetKernel:
      response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
      break;
    case CallAnswer::Kind::kValue:
      response->val = answer.value;
      break;
    case CallAnswer::Kind::kError:
      response->error = -static_cast<int>(answer.value);
      break;
    case CallAnswer::Kind::kDescriptor:
      response->error = -error;
      break;
  }
  ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, response);
}

}  // namespace cooper
