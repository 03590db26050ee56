// What of the entries that were found in a root a layer has to list: how a step's
// changes are told from what only looks like one. The same for every form of root, so
// that a step gives the same layer in each.

#ifndef COOPER_BACKENDS_FILESYSTEM_DIFF_LAYER_CHANGES_H_
#define COOPER_BACKENDS_FILESYSTEM_DIFF_LAYER_CHANGES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/layer_index.h"
#include "ir/base/result.h"

namespace cooper {

// The root directory as ReadOverlayRoot had it: before anything was done there, and now.
struct RootChange {
  TreeEntry before;
  TreeEntry now;
};

// The index of a layer over `lower`. `found`, in any order, has all that changed, all
// parents of that, and may have more: files whose metadata and content are those of
// `lower`, and directories that differ in no more than their time and have no change
// below, are left out. Names of one file become hard links; they are left out when
// `lower` has the same file under all of them.
//
// The root is listed only when its owner, mode or xattrs are others than before. Content
// is read below `root_fd`. kStore for failed calls.
Result<LayerIndex> ListChanges(std::vector<OverlayEntry> found, int root_fd, const RootChange& root,
                               const FileTree& lower);

inline constexpr size_t kMaxLayerPathBytes = 4096;  // as much as reading a layer accepts

// kLimitExceeded for a path that no layer could hold.
Status CheckPathLength(std::string_view path);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DIFF_LAYER_CHANGES_H_
