// chown and chmod.

#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "backends/sandbox/ownership/named_file.h"
#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

NamedFile ChownFile(const NotedCall& call) {
  NamedFile file;
  file.path = call.args[0];
  if (call.number == SCMP_SYS(lchown)) file.follow = false;
  if (call.number == SCMP_SYS(fchown)) file.descriptor = call.Descriptor(0);
  if (call.number == SCMP_SYS(fchownat)) {
    file.directory = call.Descriptor(0);
    file.path = call.args[1];
    file.follow = (call.args[4] & AT_SYMLINK_NOFOLLOW) == 0;
    file.may_be_empty = (call.args[4] & AT_EMPTY_PATH) != 0;
  }
  return file;
}

NamedFile ChmodFile(const NotedCall& call) {
  NamedFile file;
  file.path = call.args[0];
  if (call.number == SCMP_SYS(chmod)) return file;
  if (call.number == SCMP_SYS(fchmod)) {
    file.descriptor = call.Descriptor(0);
    return file;
  }
  file.directory = call.Descriptor(0);
  file.path = call.args[1];
  return file;
}

}  // namespace

CallAnswer ChangeOwner(const NotedCall& call, StepOwners& owners) {
  const size_t at = call.number == SCMP_SYS(fchownat) ? 2 : 1;
  const uint32_t uid = call.Id(at);
  const uint32_t gid = call.Id(at + 1);
  if (uid == kKeepId && gid == kKeepId) return CallAnswer::LetKernel();
  const ScopedFd file = ChownFile(call).Open(call.process);
  // The kernel knows best why there is no such file.
  if (!file.ok()) return CallAnswer::LetKernel();
  const std::optional<StepFile> node = owners.root.Look(file.get());
  if (!node) return CallAnswer::LetKernel();
  NodeTruth after = node->truth;
  if (uid != kKeepId) after.owner.uid = uid;
  if (gid != kKeepId) after.owner.gid = gid;
  const StepCredentials& caller = owners.credentials.Of(call.process.thread());
  if (!MayChangeOwner(caller, node->truth.owner, after.owner)) return CallAnswer::Fail(EPERM);
  if (!call.waits()) return CallAnswer::Fail(ESRCH);
  if (after.owner.gid != node->truth.owner.gid && node->directory() &&
      (node->seen.mode & S_ISGID) != 0) {
    if (const int error = owners.root.PinChildren(*node); error != 0)
      return CallAnswer::Fail(error);
  }
  // Does all that a change of owner does but the owner: set-id bits and capabilities go,
  // the time of change is now, and overlayfs copies the file up.
  if (fchownat(file.get(), "", 0, 0, AT_EMPTY_PATH) != 0) {
    // What is lent to the step has an owner that the kernel does not know here.
    if (node->in_root || errno == EROFS) return CallAnswer::Fail(errno);
  }
  return CallAnswer::Status(owners.root.Record(file.get(), after));
}

// A directory with the set-group-id bit gives its group to what is made in it; from when
// on it does so is not on disk.
CallAnswer ChangeMode(const NotedCall& call, StepOwners& owners) {
  const ScopedFd file = ChmodFile(call).Open(call.process);
  struct stat status = {};
  if (!file.ok() || fstat(file.get(), &status) != 0) return CallAnswer::LetKernel();
  const StepCredentials& caller = owners.credentials.Of(call.process.thread());
  if (!S_ISDIR(status.st_mode) && caller.privileged()) return CallAnswer::LetKernel();
  const auto mode = static_cast<uint32_t>(
      call.number == SCMP_SYS(chmod) || call.number == SCMP_SYS(fchmod) ? call.args[1]
                                                                        : call.args[2]);
  const bool changes_lending = S_ISDIR(status.st_mode) && ((mode ^ status.st_mode) & S_ISGID) != 0;
  if (caller.privileged() && !changes_lending) return CallAnswer::LetKernel();
  const std::optional<StepFile> node = owners.root.Look(file.get());
  if (!node || !call.waits()) return CallAnswer::LetKernel();
  if (!caller.privileged() && node->in_root && node->truth.owner.uid != caller.uid.filesystem) {
    return CallAnswer::Fail(EPERM);
  }
  if (!changes_lending) return CallAnswer::LetKernel();
  if (const int error = owners.root.PinChildren(*node); error != 0) return CallAnswer::Fail(error);
  return CallAnswer::LetKernel();
}

}  // namespace cooper
