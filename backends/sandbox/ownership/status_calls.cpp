// What stat(2) tells of files whose owner is a record.

#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <optional>
#include <string>

#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

struct StatusArguments {
  ScopedFd file;
  uint64_t buffer = 0;
};

StatusArguments Arguments(const NotedCall& call) {
  StatusArguments found;
  found.buffer = call.args[1];
  int directory = AT_FDCWD;
  uint64_t path_address = call.args[0];
  uint64_t flags = 0;
  if (call.number == SCMP_SYS(fstat)) {
    found.file = call.process.OpenFile(call.Descriptor(0));
    return found;
  }
  if (call.number == SCMP_SYS(lstat)) flags = AT_SYMLINK_NOFOLLOW;
  if (call.number == SCMP_SYS(newfstatat) || call.number == SCMP_SYS(statx)) {
    directory = call.Descriptor(0);
    path_address = call.args[1];
    const bool is_statx = call.number == SCMP_SYS(statx);
    flags = call.args[is_statx ? 2 : 3];
    found.buffer = call.args[is_statx ? 4 : 2];
  }
  if ((flags & AT_EMPTY_PATH) != 0 && path_address == 0) {
    found.file = call.process.OpenFile(directory);
    return found;
  }
  const std::optional<std::string> path = call.process.ReadPath(path_address);
  if (!path) return found;
  if (path->empty()) {
    if ((flags & AT_EMPTY_PATH) != 0 && directory != AT_FDCWD) {
      found.file = call.process.OpenFile(directory);
    }
    return found;
  }
  found.file = call.process.Open(directory, *path, (flags & AT_SYMLINK_NOFOLLOW) == 0);
  return found;
}

bool WriteStatx(const NotedCall& call, const ScopedFd& file, uint64_t buffer,
                const NodeTruth& truth) {
  struct statx status = {};
  if (statx(file.get(), "", AT_EMPTY_PATH | static_cast<int>(call.args[2] & AT_STATX_SYNC_TYPE),
            static_cast<unsigned>(call.args[3]), &status) != 0) {
    return false;
  }
  status.stx_uid = truth.owner.uid;
  status.stx_gid = truth.owner.gid;
  status.stx_mode = static_cast<uint16_t>(truth.Mode(status.stx_mode));
  const dev_t device = truth.DeviceNumber(makedev(status.stx_rdev_major, status.stx_rdev_minor));
  status.stx_rdev_major = major(device);
  status.stx_rdev_minor = minor(device);
  return call.waits() && call.process.Write(buffer, &status, sizeof(status));
}

bool WriteStat(const NotedCall& call, const ScopedFd& file, uint64_t buffer,
               const NodeTruth& truth) {
  // On 64-bit machines the library's form is the kernel's.
  static_assert(sizeof(long) == 8);
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) return false;
  status.st_uid = truth.owner.uid;
  status.st_gid = truth.owner.gid;
  status.st_mode = truth.Mode(status.st_mode);
  status.st_rdev = truth.DeviceNumber(status.st_rdev);
  return call.waits() && call.process.Write(buffer, &status, sizeof(status));
}

}  // namespace

CallAnswer TellStatus(const NotedCall& call, StepOwners& owners) {
  const StatusArguments arguments = Arguments(call);
  if (!arguments.file.ok()) return CallAnswer::LetKernel();
  const std::optional<StepFile> node = owners.root.Look(arguments.file.get());
  // The disk says the same of files of root.
  if (!node || node->truth == NodeTruth()) return CallAnswer::LetKernel();
  const bool written = call.number == SCMP_SYS(statx)
                           ? WriteStatx(call, arguments.file, arguments.buffer, node->truth)
                           : WriteStat(call, arguments.file, arguments.buffer, node->truth);
  return written ? CallAnswer::Value(0) : CallAnswer::LetKernel();
}

}  // namespace cooper
