#include "backends/sandbox/ownership/recorder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <system_error>

#include "backends/sandbox/ownership/notification_channel.h"
#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

Error SetupError(std::string_view call) {
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("cannot record owners: {}", call), errno);
}

// False once `wake` says that it is over, or nothing can come from `from` any more.
bool WaitFor(int from, const ScopedFd& wake) {
  while (true) {
    std::array<pollfd, 2> ready = {{{from, POLLIN, 0}, {wake.get(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), -1) < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return false;
    }
    return ready[1].revents == 0 && (ready[0].revents & POLLIN) != 0;
  }
}

class StepServer {
 public:
  StepServer(RecordedScope scope, NotificationChannel channel, StepOwners owners)
      : channel_(std::move(channel)), owners_(owners) {
    for (const RecordedCall& call : RecordedCalls(scope)) handlers_[call.number] = call.handler;
  }

  void Serve(const ScopedFd& wake) {
    while (WaitFor(channel_.fd(), wake)) {
      const seccomp_notif* const notification = channel_.Receive();
      if (notification == nullptr) continue;
      const uint64_t id = notification->id;
      channel_.Send(id, Handle(*notification));
    }
  }

 private:
  CallAnswer Handle(const seccomp_notif& notification) {
    const auto handler = handlers_.find(notification.data.nr);
    if (handler == handlers_.end()) return CallAnswer::LetKernel();
    const uint64_t id = notification.id;
    NotedCall call{.number = notification.data.nr,
                   .args = {},
                   .process = StepProcess(static_cast<pid_t>(notification.pid),
                                          owners_.one_root ? owners_.root.root_fd() : -1),
                   .waits = [this, id] { return channel_.IsWaiting(id); }};
    std::copy_n(notification.data.args, call.args.size(), call.args.begin());
    return handler->second(call, owners_);
  }

  NotificationChannel channel_;
  StepOwners owners_;
  std::map<int, CallHandler> handlers_;
};

}  // namespace

Recorder::Recorder(RecorderOptions options)
    : options_(std::move(options)),
      records_(std::make_shared<OwnerRecords>(
          FileOwner{.uid = options_.uid, .gid = options_.gid},
          options_.plain ? OwnerRecords::Root::kPlain : OwnerRecords::Root::kOverlay,
          options_.scope == RecordedScope::kDevices ? OwnerRecords::Tells::kDevices
                                                    : OwnerRecords::Tells::kAll)),
      upper_(open(options_.upper_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC)) {
  for (const auto& [key, truth] : options_.known) records_->Put(key, truth);
}

Result<std::unique_ptr<Recorder>> Recorder::Start(RecorderOptions options) {
  std::unique_ptr<Recorder> recorder(new Recorder(std::move(options)));
  if (!recorder->upper_.ok()) {
    return SetupError(fmt::format("open `{}`", recorder->options_.upper_dir));
  }
  if (!recorder->wake_.ok()) return SetupError("eventfd");
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return SetupError("socketpair");
  }
  recorder->own_end_ = ScopedFd(ends[0]);
  recorder->helper_end_ = ScopedFd(ends[1]);
  try {
    recorder->thread_ = std::thread([self = recorder.get()] { self->Serve(); });
  } catch (const std::system_error& error) {
    return ErrnoError(DiagnosticKind::kSandbox, "cannot record owners", error.code().value());
  }
  return recorder;
}

Recorder::~Recorder() { Finish(); }

std::shared_ptr<const OwnerRecords> Recorder::Finish() {
  eventfd_write(wake_.get(), 1);
  if (thread_.joinable()) thread_.join();
  return records_;
}

bool Recorder::ReceiveListener(ScopedFd& listener, ScopedFd& root) {
  if (!WaitFor(own_end_.get(), wake_)) return false;
  char byte = 0;
  iovec data = {&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(own_end_.get(), &message, MSG_CMSG_CLOEXEC) != 1) return false;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(2 * sizeof(int))) {
    return false;
  }
  std::array<int, 2> fds{};
  std::memcpy(fds.data(), CMSG_DATA(header), sizeof(fds));
  listener = ScopedFd(fds[0]);
  root = ScopedFd(fds[1]);
  return true;
}

void Recorder::Serve() {
  ScopedFd listener;
  ScopedFd root_fd;
  if (!ReceiveListener(listener, root_fd)) return;
  StepRoot root(ScopedFd(fcntl(upper_.get(), F_DUPFD_CLOEXEC, 0)), *records_, options_.lower);
  root.SetRoot(std::move(root_fd));
  // The helper waits with its last call, so what the mounts' paths lead to is still ours.
  for (const auto& [path, owner] : options_.mounts) root.AddMount(path, owner);
  CredentialTable credentials(StepCredentials::Of(options_.uid, options_.gid, options_.groups));
  StepServer(options_.scope, NotificationChannel(std::move(listener)),
             {.root = root,
              .records = *records_,
              .credentials = credentials,
              .one_root = !options_.insecure && options_.scope == RecordedScope::kOwners})
      .Serve(wake_);
}

}  // namespace cooper
