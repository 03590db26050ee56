#include "backends/filesystem/disk/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace cooper {
namespace {

ScopedFd OpenNameByName(int root_fd, const std::string& path, int flags) {
  ScopedFd parent;
  size_t start = 0;
  for (;;) {
    const size_t slash = path.find('/', start);
    const bool last = slash == std::string::npos;
    const std::string name = path.substr(start, last ? slash : slash - start);
    const int from = parent.ok() ? parent.get() : root_fd;
    ScopedFd next(
        openat(from, name.c_str(), last ? flags : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (last || !next.ok()) return next;
    parent = std::move(next);
    start = slash + 1;
  }
}

}  // namespace

ScopedFd OpenBeneath(int root_fd, const std::string& path, int flags) {
  flags |= O_CLOEXEC | O_NOFOLLOW;
  if (path.empty()) return ScopedFd(openat(root_fd, ".", flags));
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (;;) {
    const long fd = syscall(SYS_openat2, root_fd, path.c_str(), &how, sizeof how);
    if (fd >= 0) return ScopedFd(static_cast<int>(fd));
    // EAGAIN: a rename elsewhere raced with the check of `..`, of which there are none.
    if (errno == EINTR || errno == EAGAIN) continue;
    // Old seccomp profiles answer EPERM to calls that they do not know.
    if (errno == ENOSYS || errno == EPERM) return OpenNameByName(root_fd, path, flags);
    return {};
  }
}

}  // namespace cooper
