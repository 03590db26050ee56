// Sends a part of a tree as it is: every owner, mode and time is kept.

#ifndef COOPER_BACKENDS_FILESYSTEM_OPS_SEND_TREE_H_
#define COOPER_BACKENDS_FILESYSTEM_OPS_SEND_TREE_H_

#include <string_view>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

// What `tree` has at `path`, links followed, and everything below it go to `sink`
// as `name` and `name/...`. Names of one file stay so. kMissingSource when there is nothing.
Status SendTree(const FileTree& tree, std::string_view path, std::string_view name,
                EntrySink& sink);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_OPS_SEND_TREE_H_
