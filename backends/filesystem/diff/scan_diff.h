// Reads what a RUN step changed in a root that it changed itself.

#ifndef COOPER_BACKENDS_FILESYSTEM_DIFF_SCAN_DIFF_H_
#define COOPER_BACKENDS_FILESYSTEM_DIFF_SCAN_DIFF_H_

#include "backends/filesystem/diff/tree_scan.h"
#include "backends/filesystem/disk/owner_records.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/layer_index.h"
#include "ir/base/result.h"

namespace cooper {

// What differs in `root_fd` (borrowed) between two scans of it, as a layer over `lower`,
// whose files it showed before. The layer is the one that ReadOverlayLayer gives
// for the same step; see ListChanges, also for `root_before`. Sockets are left out, and so
// are overlay's xattrs.
//
// That holds as long as no file had several names when the step began (see MergeWriter).
//
// With `owners` the disk does not tell owners and devices: they do.
//
// kUnsupported for a character device 0:0, which stores take for a whiteout; kStore for
// failed calls.
Result<LayerIndex> ReadScanLayer(int root_fd, const ScanDifference& difference,
                                 const TreeEntry& root_before, const FileTree& lower,
                                 const OwnerRecords* owners = nullptr);

// Gives directories that changed in nothing but their time, and so are not in `layer`,
// the time of `lower` again: what a root shows is what its layers say.
Status ForgetTimes(int root_fd, const ScanDifference& difference, const LayerIndex& layer,
                   const FileTree& lower);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DIFF_SCAN_DIFF_H_
