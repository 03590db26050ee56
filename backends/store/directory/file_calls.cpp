#include "backends/store/directory/file_calls.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>

namespace cooper {

int WriteFully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return 0;
}

int ReadFully(int fd, std::span<char> buffer, size_t& read_bytes) {
  read_bytes = 0;
  while (read_bytes < buffer.size()) {
    const ssize_t count = read(fd, buffer.data() + read_bytes, buffer.size() - read_bytes);
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (count == 0) break;
    read_bytes += static_cast<size_t>(count);
  }
  return 0;
}

int SyncFile(int fd) {
  while (fsync(fd) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

int ListNames(int directory_fd, std::vector<std::string>& names) {
  // A description of its own, so that each listing begins at the front.
  const int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR* const stream = fd < 0 ? nullptr : fdopendir(fd);
  if (stream == nullptr) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return error;
  }
  errno = 0;
  while (const dirent* const child = readdir(stream)) {
    const std::string_view name = child->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int error = errno;
  closedir(stream);
  std::sort(names.begin(), names.end());
  return error;
}

std::string RandomName() {
  uint64_t value = 0;
  // Every user of a name opens it exclusively, so a weak fallback is harmless.
  if (getrandom(&value, sizeof value, 0) != sizeof value) {
    value = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }
  return fmt::format("{:016x}", value);
}

Error StoreError(std::string_view action, int error_number) {
  Error error = ErrnoError(DiagnosticKind::kStore, action, error_number);
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return error.Advise("free some space or choose another --store");
    case EROFS:
    case EACCES:
    case EPERM:
      return error.Advise("choose another --store");
    case EIO:
      return error.Advise("the disk failed, choose another --store");
    default:
      return error;
  }
}

}  // namespace cooper
