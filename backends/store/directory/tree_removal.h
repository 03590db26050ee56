// Removes a directory with everything in it, whatever a build left there.
//
// Works by descriptor and never leaves the directory: no symbolic link is
// followed and no mount entered. Deep trees cost neither stack nor descriptors.

#ifndef COOPER_BACKENDS_STORE_DIRECTORY_TREE_REMOVAL_H_
#define COOPER_BACKENDS_STORE_DIRECTORY_TREE_REMOVAL_H_

#include <string>

namespace cooper {

// Removes `name`, a file or directory below `parent_fd`. Directories of mode 000
// or of other owners are opened up first where that is allowed. Goes on after a
// fault; returns the first errno, or 0. Nothing there is success.
int RemoveTree(int parent_fd, const std::string& name);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_DIRECTORY_TREE_REMOVAL_H_
