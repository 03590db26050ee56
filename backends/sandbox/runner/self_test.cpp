#include "backends/sandbox/runner/self_test.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/sandbox/runner/protocol.h"

namespace cooper::runner {
namespace {

// Ids from all over the range that images use.
constexpr unsigned kOtherIds[] = {33, 65533, 0};

bool CanChown() {
  const int file = open("owned", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  for (const unsigned id : kOtherIds) {
    if (fchown(file, id, id) != 0) return false;
  }
  return close(file) == 0;
}

bool CanSetGroups() {
  const gid_t groups[] = {0, 33, 65533};
  return setgroups(3, groups) == 0;
}

bool CanBecomeAnotherUser() {
  const pid_t child = fork();
  if (child == 0) _exit(setresuid(65533, 65533, 65533) == 0 ? 0 : 1);
  int status = -1;
  return waitpid(child, &status, 0) == child && status == 0;
}

bool CanRemoveLowerFile() { return unlink("file") == 0; }

bool CanReplaceLowerDirectory() {
  return unlink("directory/old") == 0 && rmdir("directory") == 0 && mkdir("directory", 0755) == 0;
}

bool CanRenameReplacedDirectory() { return rename("directory", "renamed") == 0; }

}  // namespace

int RunSelfTest() {
  constexpr bool (*kChecks[])() = {CanChown,
                                   CanSetGroups,
                                   CanBecomeAnotherUser,
                                   CanRemoveLowerFile,
                                   CanReplaceLowerDirectory,
                                   CanRenameReplacedDirectory};
  static_assert(sizeof(kChecks) / sizeof(kChecks[0]) ==
                sizeof(kSelfTestChecks) / sizeof(kSelfTestChecks[0]));
  // Only a trial root has it: started by hand this changes nothing.
  if (chdir(kSelfTestDirectory) != 0) return 1;
  int status = kSelfTestFirstStatus;
  for (const auto check : kChecks) {
    if (!check()) return status;
    ++status;
  }
  return 0;
}

}  // namespace cooper::runner
