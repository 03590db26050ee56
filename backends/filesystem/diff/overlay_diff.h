// Reads what a RUN step changed: the upper directory of an overlay mount.

#ifndef COOPER_BACKENDS_FILESYSTEM_DIFF_OVERLAY_DIFF_H_
#define COOPER_BACKENDS_FILESYSTEM_DIFF_OVERLAY_DIFF_H_

#include <string>
#include <vector>

#include "backends/filesystem/disk/owner_records.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/layer_index.h"
#include "ir/base/result.h"

namespace cooper {

// The layer in the directory `root_fd` (borrowed), which overlayfs or a
// DirectoryWriter wrote, as an index in tree order: hard links found by inode,
// overlay's own xattrs left out, sockets left out. An opaque directory comes out
// as a plain one with whiteouts of what it hides, the form that image-spec asks of
// writers.
//
// Overlay copies more up than changed; ListChanges says what of it is left out and
// what `root_before` is. Paths in `stubs` are left out, but not what is below them.
//
// With `owners` the disk does not tell owners and devices: they do.
//
// kLimitExceeded for paths that no layer could hold, kStore for failed calls.
Result<LayerIndex> ReadOverlayLayer(int root_fd, const TreeEntry& root_before,
                                    const FileTree& lower, const std::vector<std::string>& stubs,
                                    const OwnerRecords* owners = nullptr);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DIFF_OVERLAY_DIFF_H_
