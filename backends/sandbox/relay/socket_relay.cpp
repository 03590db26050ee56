#include "backends/sandbox/relay/socket_relay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <list>
#include <system_error>
#include <utility>
#include <vector>

namespace cooper {
namespace {

constexpr int kRestMs = 100;

// A path of the length that sun_path takes, whatever the length of the directory's.
sockaddr_un Address(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

std::string DescriptorPath(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

ScopedFd NewSocket() {
  return ScopedFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

ScopedFd Listen(int directory_fd, const std::string& name, const SocketOwner& owner) {
  ScopedFd listener = NewSocket();
  const sockaddr_un address = Address(DescriptorPath(directory_fd) + "/" + name);
  if (!listener.ok() ||
      bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      fchownat(directory_fd, name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0 ||
      fchmodat(directory_fd, name.c_str(), owner.mode, 0) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0) {
    const int error = errno;
    listener.Close();
    errno = error;
  }
  return listener;
}

// One direction of a connection.
struct Flow {
  std::array<char, 16 << 10> buffer;
  size_t begin = 0;
  size_t end = 0;
  bool closed = false;  // nothing more comes

  bool wants_input() const { return !closed && begin == end; }
  bool wants_output() const { return begin != end; }
  bool done() const { return closed && begin == end; }

  // Both return false when the connection is broken.
  bool Read(int fd) {
    const ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    begin = 0;
    end = static_cast<size_t>(size);
    closed = size == 0;
    return true;
  }
  bool Write(int fd) {
    const ssize_t size = send(fd, buffer.data() + begin, end - begin, MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    begin += static_cast<size_t>(size);
    return true;
  }
};

struct Connection {
  ScopedFd step;
  ScopedFd host;
  Flow to_host;
  Flow to_step;

  static short Events(const Flow& in, const Flow& out) {
    return static_cast<short>((in.wants_input() ? POLLIN : 0) | (out.wants_output() ? POLLOUT : 0));
  }
  static bool Move(Flow& flow, const pollfd& from, const pollfd& to) {
    const bool was_open = !flow.done();
    if ((from.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && flow.wants_input() &&
        !flow.Read(from.fd)) {
      return false;
    }
    if ((to.revents & POLLERR) != 0) return false;
    if (flow.wants_output() && !flow.Write(to.fd)) return false;
    if (was_open && flow.done()) shutdown(to.fd, SHUT_WR);
    return true;
  }
  // Whether it goes on.
  bool Serve(const pollfd& step_end, const pollfd& host_end) {
    return Move(to_host, step_end, host_end) && Move(to_step, host_end, step_end) &&
           !(to_host.done() && to_step.done());
  }
};

}  // namespace

Result<std::unique_ptr<SocketRelay>> SocketRelay::Start(int directory_fd, const std::string& name,
                                                        const SocketOwner& owner,
                                                        const std::string& to) {
  ScopedFd target(open(to.c_str(), O_PATH | O_CLOEXEC));
  struct stat status{};
  if (!target.ok() || fstat(target.get(), &status) != 0) {
    return ErrnoError(DiagnosticKind::kSandbox, fmt::format("cannot use the socket `{}`", to),
                      errno);
  }
  if (!S_ISSOCK(status.st_mode)) {
    return Error(DiagnosticKind::kSandbox, fmt::format("`{}` is not a socket", to));
  }
  ScopedFd listener = Listen(directory_fd, name, owner);
  if (!listener.ok()) {
    return ErrnoError(DiagnosticKind::kSandbox,
                      fmt::format("cannot make the step's socket for `{}`", to), errno);
  }
  ScopedFd wake(eventfd(0, EFD_CLOEXEC));
  if (!wake.ok()) {
    return ErrnoError(DiagnosticKind::kSandbox, "cannot relay a socket", errno);
  }
  std::unique_ptr<SocketRelay> relay(
      new SocketRelay(std::move(listener), std::move(target), std::move(wake)));
  try {
    relay->thread_ = std::thread([self = relay.get()] { self->Serve(); });
  } catch (const std::system_error& error) {
    return ErrnoError(DiagnosticKind::kSandbox, "cannot relay a socket", error.code().value());
  }
  return relay;
}

SocketRelay::~SocketRelay() {
  eventfd_write(wake_.get(), 1);
  if (thread_.joinable()) thread_.join();
}

void SocketRelay::Serve() {
  const sockaddr_un target = Address(DescriptorPath(target_.get()));
  std::list<Connection> connections;
  std::vector<pollfd> ready;
  bool rests = false;  // after a connection that could not be taken, which is still there
  while (true) {
    ready.clear();
    ready.push_back({wake_.get(), POLLIN, 0});
    const bool accepts = connections.size() < kMaxConnections && !rests;
    ready.push_back({accepts ? listener_.get() : -1, POLLIN, 0});
    for (const Connection& one : connections) {
      ready.push_back({one.step.get(), Connection::Events(one.to_host, one.to_step), 0});
      ready.push_back({one.host.get(), Connection::Events(one.to_step, one.to_host), 0});
      // An end that said all it has would be ready for ever.
      for (pollfd* end : {&ready.back() - 1, &ready.back()}) {
        if (end->events == 0) end->fd = -1;
      }
    }
    const int timeout_ms = rests ? kRestMs : -1;
    rests = false;
    if (poll(ready.data(), ready.size(), timeout_ms) < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return;
    }
    if (ready[0].revents != 0) return;
    size_t at = 2;
    for (auto one = connections.begin(); one != connections.end(); at += 2) {
      ready[at].fd = one->step.get();
      ready[at + 1].fd = one->host.get();
      one = one->Serve(ready[at], ready[at + 1]) ? std::next(one) : connections.erase(one);
    }
    if (ready[1].revents == 0) continue;
    Connection fresh;
    fresh.step = ScopedFd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    rests = !fresh.step.ok() && (errno == EMFILE || errno == ENFILE || errno == ENOMEM);
    fresh.host = NewSocket();
    // Nobody there, or too busy: the step sees a connection that ends at once.
    if (fresh.step.ok() && fresh.host.ok() &&
        connect(fresh.host.get(), reinterpret_cast<const sockaddr*>(&target), sizeof(target)) ==
            0) {
      connections.push_back(std::move(fresh));
    }
  }
}

}  // namespace cooper
