// Names that move and go.

#include <fcntl.h>
#include <linux/fs.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "backends/sandbox/ownership/named_file.h"
#include "backends/sandbox/ownership/permissions.h"
#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

struct Move {
  NamedFile from;
  NamedFile to;
  bool link = false;      // the old name stays
  bool exchange = false;  // the other name moves here
};

Move MoveOf(const NotedCall& call) {
  Move move;
  move.from.follow = move.to.follow = false;
  move.link = call.number == SCMP_SYS(link) || call.number == SCMP_SYS(linkat);
  if (call.number == SCMP_SYS(rename) || call.number == SCMP_SYS(link)) {
    move.from.path = call.args[0];
    move.to.path = call.args[1];
    return move;
  }
  move.from.directory = call.Descriptor(0);
  move.from.path = call.args[1];
  move.to.directory = call.Descriptor(2);
  move.to.path = call.args[3];
  if (call.number == SCMP_SYS(linkat)) {
    move.from.follow = (call.args[4] & AT_SYMLINK_FOLLOW) != 0;
    move.from.may_be_empty = (call.args[4] & AT_EMPTY_PATH) != 0;
  }
  if (call.number == SCMP_SYS(renameat2)) move.exchange = (call.args[4] & RENAME_EXCHANGE) != 0;
  return move;
}

// Whether the caller may take the name from its directory, or put one there. What cannot
// be seen from here is left to the kernel.
bool MayChangeName(const NotedCall& call, const StepOwners& owners, const NamedFile& named,
                   bool removes) {
  const StepCredentials& caller = owners.credentials.Of(call.process.thread());
  if (caller.privileged()) return true;
  const std::optional<NewName> place = named.OpenParent(call.process);
  if (!place) return true;
  const std::optional<StepFile> directory = owners.root.Look(place->directory.get());
  if (!directory || !directory->in_root) return true;
  const FileOwner& owner = directory->truth.owner;
  const ScopedFd file(
      openat(place->directory.get(), place->name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!file.ok()) return removes || MayWrite(caller, owner, directory->seen.mode);
  const std::optional<StepFile> there = owners.root.Look(file.get());
  return !there || MayRemove(caller, owner, directory->seen.mode, there->truth.owner);
}

}  // namespace

CallAnswer MoveName(const NotedCall& call, StepOwners& owners) {
  const Move move = MoveOf(call);
  if ((!move.link && !MayChangeName(call, owners, move.from, /*removes=*/true)) ||
      !MayChangeName(call, owners, move.to, /*removes=*/false)) {
    return CallAnswer::Fail(EACCES);
  }
  std::vector<const NamedFile*> moved = {&move.from};
  if (move.exchange) moved.push_back(&move.to);
  for (const NamedFile* file : moved) {
    const ScopedFd opened = file->Open(call.process);
    if (!opened.ok() || !call.waits()) return CallAnswer::LetKernel();
    if (const int error = owners.root.Pin(opened.get()); error != 0) return CallAnswer::Fail(error);
  }
  return CallAnswer::LetKernel();
}

CallAnswer RemoveName(const NotedCall& call, StepOwners& owners) {
  NamedFile named;
  named.path = call.args[0];
  if (call.number == SCMP_SYS(unlinkat)) {
    named.directory = call.Descriptor(0);
    named.path = call.args[1];
  }
  return MayChangeName(call, owners, named, /*removes=*/true) ? CallAnswer::LetKernel()
                                                              : CallAnswer::Fail(EACCES);
}

}  // namespace cooper
