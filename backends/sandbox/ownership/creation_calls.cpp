// New files, devices, and files that are written.
//
// Of what a process makes that is not who the step was started as the kernel would tell
// nobody whose it is: it is made here, in the process's place, and so are devices. Others
// are left to the kernel once it is clear that their maker may write there: they belong to
// the step's user.

#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "backends/sandbox/ownership/permissions.h"
#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

struct Wanted {
  mode_t type = S_IFREG;
  int directory = AT_FDCWD;
  uint64_t path = 0;
  uint32_t mode = 0777;
  int flags = 0;        // of open
  uint64_t target = 0;  // of a link
  dev_t device = 0;
  bool opened = false;
};

Wanted WantedBy(const NotedCall& call) {
  Wanted wanted;
  // The forms with a directory have all else one argument later.
  size_t at = 0;
  if (call.number == SCMP_SYS(openat) || call.number == SCMP_SYS(mkdirat) ||
      call.number == SCMP_SYS(mknodat)) {
    wanted.directory = call.Descriptor(0);
    at = 1;
  }
  wanted.path = call.args[at];
  wanted.mode = call.Id(at + 1);
  switch (call.number) {
    case SCMP_SYS(creat):
      wanted.flags = O_WRONLY | O_CREAT | O_TRUNC;
      wanted.opened = true;
      break;
    case SCMP_SYS(open):
    case SCMP_SYS(openat):
      wanted.flags = call.Descriptor(at + 1);
      wanted.mode = call.Id(at + 2);
      wanted.opened = true;
      break;
    case SCMP_SYS(mkdir):
    case SCMP_SYS(mkdirat):
      wanted.type = S_IFDIR;
      break;
    case SCMP_SYS(mknod):
    case SCMP_SYS(mknodat):
      if ((wanted.mode & S_IFMT) != 0) wanted.type = wanted.mode & S_IFMT;
      wanted.device = static_cast<uint32_t>(call.args[at + 2]);
      break;
    case SCMP_SYS(symlink):
    case SCMP_SYS(symlinkat):
      wanted.type = S_IFLNK;
      wanted.target = call.args[0];
      wanted.directory = call.number == SCMP_SYS(symlinkat) ? call.Descriptor(1) : AT_FDCWD;
      wanted.path = call.args[call.number == SCMP_SYS(symlinkat) ? 2 : 1];
      break;
    default:
      break;
  }
  return wanted;
}

bool IsDevice(const Wanted& wanted) {
  // Overlayfs itself answers to its mark for deletions, the character device 0:0.
  return wanted.type == S_IFBLK || (wanted.type == S_IFCHR && wanted.device != 0);
}

// Makes the node; `file` is it, opened as asked or O_PATH. 0 or an errno.
int MakeIt(const NotedCall& call, const Wanted& wanted, const NewName& place, ScopedFd& file) {
  const int directory = place.directory.get();
  const char* const name = place.name.c_str();
  const mode_t mode = wanted.mode & 07777 & ~call.process.Umask();
  if (wanted.type == S_IFLNK) {
    const std::optional<std::string> target = call.process.ReadPath(wanted.target);
    if (!target) return EFAULT;
    if (symlinkat(target->c_str(), directory, name) != 0) return errno;
  } else if (wanted.type == S_IFDIR) {
    if (mkdirat(directory, name, 0700) != 0) return errno;
  } else if (wanted.opened || wanted.type == S_IFREG || IsDevice(wanted)) {
    const int flags = wanted.opened ? wanted.flags : O_WRONLY;
    file = ScopedFd(openat(directory, name,
                           flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600));
    if (!file.ok()) return errno;
    return fchmod(file.get(), mode) == 0 ? 0 : errno;
  } else if (mknodat(directory, name, wanted.type | 0600, 0) != 0) {
    return errno;
  }
  file = ScopedFd(openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat made = {};
  if (!file.ok() || fstat(file.get(), &made) != 0) return errno;
  if (wanted.type == S_IFLNK) return 0;
  // A directory that lends its group has passed its bit on.
  const std::string path = "/proc/self/fd/" + std::to_string(file.get());
  return chmod(path.c_str(), mode | (made.st_mode & S_ISGID)) == 0 ? 0 : errno;
}

NodeTruth TruthOfNew(const Wanted& wanted, const StepCredentials& maker,
                     const std::optional<StepFile>& directory) {
  NodeTruth truth;
  truth.owner = maker.OfNewFiles();
  if (directory && (directory->seen.mode & S_ISGID) != 0) {
    truth.owner.gid = directory->truth.owner.gid;
  }
  if (!IsDevice(wanted)) return truth;
  truth.device = wanted.type == S_IFCHR ? EntryType::kCharDevice : EntryType::kBlockDevice;
  truth.device_major = major(wanted.device);
  truth.device_minor = minor(wanted.device);
  return truth;
}

bool MayWriteFile(const StepCredentials& user, const StepFile& file) {
  return !file.in_root || MayWrite(user, file.truth.owner, file.seen.mode);
}

// A file that is there already.
CallAnswer OpenToWrite(const NotedCall& call, const StepOwners& owners, const Wanted& wanted,
                       const std::string& path) {
  if ((wanted.flags & O_ACCMODE) == O_RDONLY) return CallAnswer::LetKernel();
  const ScopedFd file = call.process.Open(wanted.directory, path, (wanted.flags & O_NOFOLLOW) == 0);
  const std::optional<StepFile> found =
      file.ok() ? owners.root.Look(file.get()) : std::optional<StepFile>();
  const StepCredentials& caller = owners.credentials.Of(call.process.thread());
  if (!found || S_ISLNK(found->seen.mode) || MayWriteFile(caller, *found)) {
    return CallAnswer::LetKernel();
  }
  return CallAnswer::Fail(EACCES);
}

}  // namespace

CallAnswer MakeNewFile(const NotedCall& call, StepOwners& owners) {
  const Wanted wanted = WantedBy(call);
  const StepCredentials& maker = owners.credentials.Of(call.process.thread());
  const bool usual = maker.OfNewFiles() == owners.records.maker();
  if (usual && maker.privileged() && !IsDevice(wanted)) return CallAnswer::LetKernel();
  if (IsDevice(wanted) && !maker.privileged()) return CallAnswer::Fail(EPERM);
  const std::optional<std::string> path = call.process.ReadPath(wanted.path);
  if (!path || path->empty()) return CallAnswer::LetKernel();
  if (wanted.opened && (wanted.flags & O_CREAT) == 0) {
    return OpenToWrite(call, owners, wanted, *path);
  }
  if (wanted.type != S_IFDIR && path->back() == '/') return CallAnswer::LetKernel();
  const std::optional<NewName> place = call.process.OpenParent(wanted.directory, *path);
  if (!place) return CallAnswer::LetKernel();
  struct stat there = {};
  if (fstatat(place->directory.get(), place->name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
    // Opened, or refused, by the kernel.
    if (wanted.opened) return OpenToWrite(call, owners, wanted, *path);
    return IsDevice(wanted) ? CallAnswer::Fail(EEXIST) : CallAnswer::LetKernel();
  }
  const std::optional<StepFile> directory = owners.root.Look(place->directory.get());
  if (directory && !MayWriteFile(maker, *directory)) return CallAnswer::Fail(EACCES);
  if (usual && !IsDevice(wanted)) return CallAnswer::LetKernel();
  if (!call.waits()) return CallAnswer::Fail(ESRCH);
  CallAnswer answer;
  const int error = MakeIt(call, wanted, *place, answer.file);
  if (error == EEXIST && wanted.opened) return CallAnswer::LetKernel();
  if (error != 0) return CallAnswer::Fail(error);
  const NodeTruth truth = TruthOfNew(wanted, maker, directory);
  if (const int full = owners.root.Record(answer.file.get(), truth); full != 0) {
    return CallAnswer::Fail(full);
  }
  if (!wanted.opened) return CallAnswer::Value(0);
  answer.kind = CallAnswer::Kind::kDescriptor;
  answer.value = wanted.flags & O_CLOEXEC;
  return answer;
}

CallAnswer Truncate(const NotedCall& call, StepOwners& owners) {
  Wanted wanted;
  wanted.flags = O_WRONLY;
  if (owners.credentials.Of(call.process.thread()).privileged()) return CallAnswer::LetKernel();
  const std::optional<std::string> path = call.process.ReadPath(call.args[0]);
  return path ? OpenToWrite(call, owners, wanted, *path) : CallAnswer::LetKernel();
}

}  // namespace cooper
