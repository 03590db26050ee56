#include "backends/execute/roots/stubs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/kept_times.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {

Status RemoveStubs(int root_fd, std::vector<std::string> stubs) {
  std::sort(stubs.begin(), stubs.end(), std::greater<>());
  for (const std::string& stub : stubs) {
    const ScopedFd parent =
        OpenBeneath(root_fd, std::string(ParentPath(stub)), O_RDONLY | O_DIRECTORY);
    // Gone with its parent, or moved.
    if (!parent.ok()) continue;
    const KeptTimes times(parent.get());
    const std::string name(LastName(stub));
    if (unlinkat(parent.get(), name.c_str(), 0) == 0) continue;
    if (errno == EISDIR || errno == EPERM) {
      if (unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0) continue;
    }
    if (errno != ENOENT && errno != ENOTEMPTY && errno != ENOTDIR) {
      return ErrnoError(DiagnosticKind::kStore, "cannot remove the mount point `" + stub + "`",
                        errno);
    }
  }
  return Ok();
}

}  // namespace cooper
