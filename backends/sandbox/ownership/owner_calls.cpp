// chown and what it depends on: modes that lend groups, and names that move.

#include <fcntl.h>
#include <linux/fs.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

// Where a call has its file, and how it is found.
struct FileArguments {
  std::optional<int> descriptor;  // the file itself
  int directory = AT_FDCWD;
  uint64_t path = 0;
  bool follow = true;
  bool may_be_empty = false;  // then `directory` is the file
};

ScopedFd OpenNamed(const NotedCall& call, const FileArguments& file) {
  if (file.descriptor) return call.process.OpenFile(*file.descriptor);
  const std::optional<std::string> path = call.process.ReadPath(file.path);
  if (!path) return {};
  if (path->empty() && file.may_be_empty && file.directory != AT_FDCWD) {
    return call.process.OpenFile(file.directory);
  }
  return call.process.Open(file.directory, *path, file.follow);
}

FileArguments ChownFile(const NotedCall& call) {
  FileArguments file;
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

FileArguments ChmodFile(const NotedCall& call) {
  FileArguments file;
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
  const ScopedFd file = OpenNamed(call, ChownFile(call));
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
  const ScopedFd file = OpenNamed(call, ChmodFile(call));
  struct stat status = {};
  if (!file.ok() || fstat(file.get(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return CallAnswer::LetKernel();
  }
  const auto mode = static_cast<uint32_t>(
      call.number == SCMP_SYS(chmod) || call.number == SCMP_SYS(fchmod) ? call.args[1]
                                                                        : call.args[2]);
  if (((mode ^ status.st_mode) & S_ISGID) == 0) return CallAnswer::LetKernel();
  const std::optional<StepFile> node = owners.root.Look(file.get());
  if (!node || !call.waits()) return CallAnswer::LetKernel();
  if (const int error = owners.root.PinChildren(*node); error != 0) return CallAnswer::Fail(error);
  return CallAnswer::LetKernel();
}

CallAnswer MoveName(const NotedCall& call, StepOwners& owners) {
  FileArguments source;
  source.follow = false;
  source.path = call.args[0];
  std::optional<FileArguments> exchanged;
  if (call.number == SCMP_SYS(renameat) || call.number == SCMP_SYS(renameat2) ||
      call.number == SCMP_SYS(linkat)) {
    source.directory = call.Descriptor(0);
    source.path = call.args[1];
  }
  if (call.number == SCMP_SYS(linkat)) {
    source.follow = (call.args[4] & AT_SYMLINK_FOLLOW) != 0;
    source.may_be_empty = (call.args[4] & AT_EMPTY_PATH) != 0;
  }
  if (call.number == SCMP_SYS(renameat2) && (call.args[4] & RENAME_EXCHANGE) != 0) {
    exchanged = source;
    exchanged->directory = call.Descriptor(2);
    exchanged->path = call.args[3];
  }
  for (const FileArguments* file : {&source, exchanged ? &*exchanged : nullptr}) {
    if (file == nullptr) continue;
    const ScopedFd opened = OpenNamed(call, *file);
    if (!opened.ok() || !call.waits()) return CallAnswer::LetKernel();
    if (const int error = owners.root.Pin(opened.get()); error != 0) return CallAnswer::Fail(error);
  }
  return CallAnswer::LetKernel();
}

}  // namespace cooper
