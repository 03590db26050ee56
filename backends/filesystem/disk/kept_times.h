// Keeps the times of a directory in which something is made or removed.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_KEPT_TIMES_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_KEPT_TIMES_H_

#include <fcntl.h>
#include <sys/stat.h>

namespace cooper {

// Sets them back at its end. Where they cannot be set they are what they are: a time is
// no reason to fail.
class KeptTimes {
 public:
  // `directory_fd`, not O_PATH, is borrowed for the object's life.
  explicit KeptTimes(int directory_fd) : fd_(directory_fd) {
    struct stat status = {};
    known_ = fstat(fd_, &status) == 0;
    times_[0] = status.st_atim;
    times_[1] = status.st_mtim;
  }
  ~KeptTimes() {
    if (known_) static_cast<void>(futimens(fd_, times_));
  }
  KeptTimes(const KeptTimes&) = delete;
  KeptTimes& operator=(const KeptTimes&) = delete;

 private:
  const int fd_;
  bool known_ = false;
  timespec times_[2] = {};
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_KEPT_TIMES_H_
