// Opens paths below a directory's descriptor, never leaving it and never
// following a symbolic link (openat2; name by name where that call is missing).

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_BENEATH_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_BENEATH_H_

#include <string>

#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {

// `path` is clean and relative; "" opens the directory anew. `flags` as for
// open; O_CLOEXEC and O_NOFOLLOW are added. Not ok on failure, with errno set:
// ELOOP for a symbolic link anywhere on the path.
ScopedFd OpenBeneath(int root_fd, const std::string& path, int flags);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_BENEATH_H_
