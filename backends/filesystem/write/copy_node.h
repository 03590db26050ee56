// Copies a file or a whole directory from one place on disk to another.

#ifndef COOPER_BACKENDS_FILESYSTEM_WRITE_COPY_NODE_H_
#define COOPER_BACKENDS_FILESYSTEM_WRITE_COPY_NODE_H_

#include <string>

#include "backends/filesystem/disk/disk_node.h"
#include "ir/base/result.h"

namespace cooper {

// Copies `from` of the open directory `from_fd`, with all below it, to the new name `to`
// of `to_fd`: owners, modes, times, xattrs and hard links too; sockets are left out. No
// link is followed and no mount below it entered. kStore for failed calls; what was
// copied until then stays.
Status CopyNode(int from_fd, const std::string& from, int to_fd, const std::string& to,
                const NodeOptions& options);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_WRITE_COPY_NODE_H_
