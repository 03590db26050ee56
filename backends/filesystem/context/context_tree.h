// A build context: a directory of the caller, read by descriptor.

#ifndef COOPER_BACKENDS_FILESYSTEM_CONTEXT_CONTEXT_TREE_H_
#define COOPER_BACKENDS_FILESYSTEM_CONTEXT_CONTEXT_TREE_H_

#include <memory>
#include <string>
#include <vector>

#include "backends/filesystem/context/file_digests.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

// Walks `directory` once, leaving out what the .dockerignore patterns exclude
// (patterns cleaned as the frontend hands them over, last match wins, `!` as
// first character re-includes). The tree has one layer: paths, types, modes,
// mtimes, xattrs; owners are 0:0; hard links by device and inode. Sockets are
// left out. Content is opened below the directory's descriptor, without
// following links; a file that was written to since the walk is an error
// (kContext) naming it. Readers know the digests that `digests`, which may be null,
// has of files.
Result<FileTree> OpenContextTree(const std::string& directory,
                                 const std::vector<std::string>& exclude,
                                 std::shared_ptr<FileDigests> digests = nullptr);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_CONTEXT_CONTEXT_TREE_H_
