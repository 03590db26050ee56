// What a step without mounts needs of this machine: /etc/resolv.conf and /etc/hosts.

#ifndef COOPER_BACKENDS_EXECUTE_MOUNTS_SYSTEM_FILES_H_
#define COOPER_BACKENDS_EXECUTE_MOUNTS_SYSTEM_FILES_H_

#include <string>
#include <vector>

#include "backends/filesystem/disk/protected_paths.h"
#include "backends/sandbox/sandbox.h"
#include "ir/base/result.h"

namespace cooper {

// The files as mounts of the step, but those that the root has for itself and keeps.
// `resolv_conf`: of this machine, read before a build in place takes it away.
// kInvalidArgument for an extra host that is not "name=address", or that a kept file
// cannot get.
Result<std::vector<SandboxMount>> SystemFiles(const RunRequest& request,
                                              const std::string& resolv_conf,
                                              const ProtectedPaths& keep);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_MOUNTS_SYSTEM_FILES_H_
