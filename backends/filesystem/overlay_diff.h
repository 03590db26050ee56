// Reads what a RUN step changed: the upper directory of an overlay mount.

#ifndef COOPER_BACKENDS_FILESYSTEM_OVERLAY_DIFF_H_
#define COOPER_BACKENDS_FILESYSTEM_OVERLAY_DIFF_H_

#include <memory>
#include <string>
#include <vector>

#include "backends/filesystem/content.h"
#include "backends/filesystem/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

// The layer in the directory `root_fd` (borrowed), which overlayfs or a
// DirectoryWriter wrote, as an index in tree order: whiteouts and opaque marks
// in their neutral form, hard links found by inode, overlay's own xattrs left
// out, sockets left out. Paths in `stubs` are left out, and so is a directory
// that differs from `lower` in nothing but being there (overlay copies parents up).
Result<LayerIndex> ReadOverlayLayer(int root_fd, const FileTree& lower,
                                    const std::vector<std::string>& stubs);

// Content below a directory on disk, opened by descriptor; `root_fd` is owned.
std::shared_ptr<const ContentStore> DirectoryContent(int root_fd);

// Feeds every entry of a layer to `sink` in tree order, hard links after their file.
Status SendLayer(const LayerIndex& index, const ContentStore& content, EntrySink& sink);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_OVERLAY_DIFF_H_
