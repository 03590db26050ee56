// Which of the names that a step's mounts made are not part of its layer.

#ifndef COOPER_BACKENDS_SANDBOX_STUB_PATHS_H_
#define COOPER_BACKENDS_SANDBOX_STUB_PATHS_H_

#include <string>
#include <vector>

namespace cooper {

// The `made` that are still in `upper_dir`, without directories in which there is
// now something else: such a directory is needed by what the step put there.
// Sorted. The step's files are untrusted; no link in them is followed.
std::vector<std::string> RemainingStubs(const std::string& upper_dir,
                                        std::vector<std::string> made);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_STUB_PATHS_H_
