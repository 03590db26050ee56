// Devices of a step that may not make them, and whose owners are real.

#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

NodeTruth DeviceOf(mode_t mode, dev_t device) {
  NodeTruth truth;
  truth.device = S_ISBLK(mode) ? EntryType::kBlockDevice : EntryType::kCharDevice;
  truth.device_major = major(device);
  truth.device_minor = minor(device);
  return truth;
}

// An empty file, as its maker would own it. 0 or an errno.
int MakePlaceholder(const NewName& place, mode_t mode, const FileIds& maker, ScopedFd& file) {
  file = ScopedFd(openat(place.directory.get(), place.name.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.ok()) return errno;
  struct stat directory = {};
  if (fstat(place.directory.get(), &directory) != 0) return errno;
  const gid_t gid = (directory.st_mode & S_ISGID) != 0 ? directory.st_gid : maker.gid;
  if (fchown(file.get(), maker.uid, gid) != 0 || fchmod(file.get(), mode) != 0) return errno;
  return 0;
}

}  // namespace

CallAnswer MakeDevice(const NotedCall& call, StepOwners& owners) {
  const bool at = call.number == SCMP_SYS(mknodat);
  const size_t first = at ? 1 : 0;
  const mode_t mode = call.Id(first + 1);
  const auto device = static_cast<dev_t>(static_cast<uint32_t>(call.args[first + 2]));
  // Overlayfs itself answers to its mark for deletions, the character device 0:0.
  if (!S_ISBLK(mode) && (!S_ISCHR(mode) || device == 0)) return CallAnswer::LetKernel();
  const std::optional<FileIds> maker = call.process.NewFileIds();
  // Others may not make devices anywhere, which the kernel says.
  if (!maker || maker->uid != 0) return CallAnswer::LetKernel();
  const std::optional<std::string> path = call.process.ReadPath(call.args[first]);
  if (!path || path->empty()) return CallAnswer::LetKernel();
  const std::optional<NewName> place =
      call.process.OpenParent(at ? call.Descriptor(0) : AT_FDCWD, *path);
  if (!place) return CallAnswer::LetKernel();
  // No layer would tell of a device in a mount.
  const std::optional<StepFile> directory = owners.root.Look(place->directory.get());
  if (!directory || !directory->in_root) return CallAnswer::LetKernel();
  if (!call.waits()) return CallAnswer::Fail(ESRCH);
  ScopedFd file;
  const int error = MakePlaceholder(*place, mode & 07777 & ~call.process.Umask(), *maker, file);
  if (error != 0) return CallAnswer::Fail(error);
  return CallAnswer::Status(owners.root.Record(file.get(), DeviceOf(mode, device)));
}

}  // namespace cooper
