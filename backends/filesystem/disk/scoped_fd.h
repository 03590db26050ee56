// The owner of a file descriptor.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_SCOPED_FD_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_SCOPED_FD_H_

#include <unistd.h>

#include <utility>

namespace cooper {

class ScopedFd {
 public:
  ScopedFd() = default;
  explicit ScopedFd(int fd) : fd_(fd) {}
  ScopedFd(ScopedFd&& other) noexcept : fd_(other.Release()) {}
  ScopedFd& operator=(ScopedFd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = other.Release();
    }
    return *this;
  }
  ~ScopedFd() { Close(); }

  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_SCOPED_FD_H_
