// What records of owners say of entries that were read from a disk which cannot tell.

#ifndef COOPER_BACKENDS_FILESYSTEM_DIFF_OWNER_TRUTH_H_
#define COOPER_BACKENDS_FILESYSTEM_DIFF_OWNER_TRUTH_H_

#include <optional>
#include <string>

#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/disk/owner_records.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

// The owner that a directory with the set-group-id bit lends its group from.
std::optional<FileOwner> LentBy(const TreeEntry& directory);

// Sets owner and device of the entry that was read from `name` in the open directory, of
// which `lends_group` is known. kStore for a failed call.
Status TellTruth(const OwnerRecords& owners, int dir_fd, const std::string& name,
                 const FileTree& lower, const std::optional<FileOwner>& lends_group,
                 OverlayEntry& found);
// The same of the root directory.
Status TellRootsTruth(const OwnerRecords& owners, int root_fd, const FileTree& lower,
                      TreeEntry& root);

// A root as it was before the step: on disk it has our owner.
TreeEntry WithOwnerOf(TreeEntry root, const FileTree& lower);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DIFF_OWNER_TRUTH_H_
