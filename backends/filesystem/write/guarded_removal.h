// Removes parts of a root in which some places must stay.

#ifndef COOPER_BACKENDS_FILESYSTEM_WRITE_GUARDED_REMOVAL_H_
#define COOPER_BACKENDS_FILESYSTEM_WRITE_GUARDED_REMOVAL_H_

#include <string>

#include "backends/filesystem/disk/protected_paths.h"
#include "ir/base/result.h"

namespace cooper {

// Removes the node at the clean path `path` of the root, in whose open parent directory
// `parent_fd` it is, with everything in it but what `keep` names and the directories
// above that. False when something stayed. Nothing there is no error; links are not
// followed. kStore for failed calls.
Result<bool> RemoveUnguarded(int parent_fd, const std::string& path, const ProtectedPaths& keep);

// The same for all that is in the root.
Status EmptyRoot(int root_fd, const ProtectedPaths& keep);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_WRITE_GUARDED_REMOVAL_H_
