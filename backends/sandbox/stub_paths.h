// Which of the names that a step's mounts made are not part of its layer.

#ifndef COOPER_BACKENDS_SANDBOX_STUB_PATHS_H_
#define COOPER_BACKENDS_SANDBOX_STUB_PATHS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cooper {

// The `made` that are still in `upper_dir`, without directories in which there is
// now something else: such a directory is needed by what the step put there.
// Sorted. The step's files are untrusted; no link in them is followed.
std::vector<std::string> RemainingStubs(const std::string& upper_dir,
                                        std::vector<std::string> made);

// Those of `names`, all directories at the top of a layer of ours below `lower_dirs`
// (top first), that the image does not have itself. A stub below one of them brings it
// up into the step's layer, where it is as much a stub.
std::vector<std::string> NotInImage(const std::vector<std::string>& lower_dirs,
                                    std::span<const std::string_view> names);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_STUB_PATHS_H_
