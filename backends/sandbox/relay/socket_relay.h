// A socket for a step, behind which a socket of this machine answers.
//
// The machine's own socket cannot be lent: its owner and mode are not for the step's
// user, and what listens there (an ssh-agent) may ask the kernel who calls. Owned by
// whoever prepares the step; has one thread, which ends with it.

#ifndef COOPER_BACKENDS_SANDBOX_RELAY_SOCKET_RELAY_H_
#define COOPER_BACKENDS_SANDBOX_RELAY_SOCKET_RELAY_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <thread>

#include "backends/filesystem/disk/scoped_fd.h"
#include "ir/base/result.h"

namespace cooper {

struct SocketOwner {
  mode_t mode = 0600;
  uid_t uid = 0;
  gid_t gid = 0;
};

class SocketRelay {
 public:
  // Connections at a time; more wait in the kernel.
  static constexpr size_t kMaxConnections = 32;

  // Makes the socket `name` in the directory, which must be private to us, and relays
  // each connection to it to the socket at the host path `to`. kSandbox when one of
  // them cannot be used.
  static Result<std::unique_ptr<SocketRelay>> Start(int directory_fd, const std::string& name,
                                                    const SocketOwner& owner,
                                                    const std::string& to);
  // Ends the connections that there are.
  ~SocketRelay();
  SocketRelay(const SocketRelay&) = delete;
  SocketRelay& operator=(const SocketRelay&) = delete;

 private:
  SocketRelay(ScopedFd listener, ScopedFd target, ScopedFd wake)
      : listener_(std::move(listener)), target_(std::move(target)), wake_(std::move(wake)) {}
  void Serve();

  ScopedFd listener_;
  ScopedFd target_;  // O_PATH of `to`
  ScopedFd wake_;    // eventfd; readable at the end
  std::thread thread_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_RELAY_SOCKET_RELAY_H_
