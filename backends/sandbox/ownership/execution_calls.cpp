// Programs with a set-id bit, which for the kernel are all root's, and other roots.

#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>

#include <optional>
#include <string>

#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {

// The call itself is the kernel's. Should it fail after this, a process that had another
// saved id than its effective one has lost it.
CallAnswer Execute(const NotedCall& call, StepOwners& owners) {
  const bool at = call.number == SCMP_SYS(execveat);
  const uint64_t flags = at ? call.args[4] : 0;
  const int directory = at ? call.Descriptor(0) : AT_FDCWD;
  const std::optional<std::string> path = call.process.ReadPath(call.args[at ? 1 : 0]);
  if (!path) return CallAnswer::LetKernel();
  const ScopedFd file =
      path->empty() && (flags & AT_EMPTY_PATH) != 0
          ? call.process.OpenFile(directory)
          : call.process.Open(directory, *path, (flags & AT_SYMLINK_NOFOLLOW) == 0);
  struct stat status = {};
  if (!file.ok() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      (status.st_mode & 0111) == 0) {
    return CallAnswer::LetKernel();
  }
  const std::optional<StepFile> node = owners.root.Look(file.get());
  if (!node || !node->in_root) return CallAnswer::LetKernel();
  const StepCredentials& now = owners.credentials.Of(call.process.thread());
  const StepCredentials next = AfterExecution(now, node->truth.owner, status.st_mode);
  if (next != now && call.waits()) owners.credentials.Give(call.process.thread(), next);
  return CallAnswer::LetKernel();
}

CallAnswer ChangeRoot(const NotedCall&, StepOwners& owners) {
  owners.one_root = false;
  return CallAnswer::LetKernel();
}

}  // namespace cooper
