// Opens paths below a directory's descriptor, never leaving it and never
// following a symbolic link (openat2; name by name where that call is missing).

#ifndef COOPER_BACKENDS_FILESYSTEM_BENEATH_H_
#define COOPER_BACKENDS_FILESYSTEM_BENEATH_H_

#include <unistd.h>

#include <string>
#include <utility>

namespace cooper {

// Owns a file descriptor.
class ScopedFd {
 public:
  ScopedFd() = default;
  explicit ScopedFd(int fd) : fd_(fd) {}
  ScopedFd(ScopedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ScopedFd& operator=(ScopedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~ScopedFd() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// `path` is clean and relative; "" opens the directory anew. `flags` as for
// open; O_CLOEXEC and O_NOFOLLOW are added. Not ok on failure, with errno set:
// ELOOP for a symbolic link anywhere on the path.
ScopedFd OpenBeneath(int root_fd, const std::string& path, int flags);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_BENEATH_H_
