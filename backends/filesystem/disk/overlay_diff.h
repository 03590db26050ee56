// Reads what a RUN step changed: the upper directory of an overlay mount.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_OVERLAY_DIFF_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_OVERLAY_DIFF_H_

#include <memory>
#include <string>
#include <vector>

#include "backends/filesystem/disk/owner_records.h"
#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

// The layer in the directory `root_fd` (borrowed), which overlayfs or a
// DirectoryWriter wrote, as an index in tree order: hard links found by inode,
// overlay's own xattrs left out, sockets left out. An opaque directory comes out
// as a plain one with whiteouts of what it hides, the form that image-spec asks of
// writers.
//
// Overlay copies more up than changed, so some of it is left out, as BuildKit
// does: files whose metadata and content are those of `lower`, and directories
// that differ in no more than their time and have no change below. Parents of a
// change are listed, but the root only when its owner, mode or xattrs are others
// than in `root_before`: what ReadOverlayRoot said before anything was done there.
// Paths in `stubs` are left out, but not what is below them.
//
// With `owners` the disk does not tell owners and devices: they do.
//
// kLimitExceeded for paths that no layer could hold, kStore for failed calls.
Result<LayerIndex> ReadOverlayLayer(int root_fd, const TreeEntry& root_before,
                                    const FileTree& lower, const std::vector<std::string>& stubs,
                                    const OwnerRecords* owners = nullptr);

// The directory `root_fd` itself, as the entry of a layer's root.
Result<TreeEntry> ReadOverlayRoot(int root_fd);

// Content below a directory on disk, opened by descriptor; `root_fd` is owned.
std::shared_ptr<const ContentStore> DirectoryContent(int root_fd);

// Feeds every entry of a layer to `sink` in tree order, but a directory's whiteouts
// before its other entries and hard links after their file.
Status SendLayer(const LayerIndex& index, const ContentStore& content, EntrySink& sink);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_OVERLAY_DIFF_H_
