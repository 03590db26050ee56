#include "backends/sandbox/runner/bare.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/sandbox/runner/command.h"
#include "backends/sandbox/runner/descendants.h"
#include "backends/sandbox/runner/report.h"
#include "backends/sandbox/runner/root_path.h"

namespace cooper::runner {
namespace {

struct Device {
  const char* path;
  unsigned major_number;
  unsigned minor_number;
};
constexpr Device kDevices[] = {{"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
                               {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};

// What a program expects in /dev, where the image has nothing of that name. Without
// a mount the rest of /dev and all of /proc and /sys are missing.
void MakeDevices(int root) {
  const int dev = OpenOrMake(root, "/dev", NodeType::kDirectory, StubReport::kYes);
  for (const Device& device : kDevices) {
    const char* const name = strrchr(device.path, '/') + 1;
    if (mknodat(dev, name, S_IFCHR | 0600, makedev(device.major_number, device.minor_number)) !=
        0) {
      if (errno == EEXIST) continue;
      Fail("dev", "mknod", device.path);
    }
    ReportStub(device.path + 1);
    // Not what the umask made of it.
    if (fchmodat(dev, name, 0666, 0) != 0) Fail("dev", "chmod", device.path);
  }
  close(dev);
}

[[noreturn]] void EnterAndBecomeCommand(const Request& request) {
  umask(0);
  const int null_device = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null_device < 0) Fail("descriptors", "open", "/dev/null");
  const int root = open(request.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) Fail("root", "open", request.root);
  const bool in_place = strcmp(request.root, "/") == 0;
  if (!in_place) MakeDevices(root);
  const int cwd = OpenOrMake(root, request.cwd, NodeType::kDirectory, StubReport::kNo);
  if (!in_place && (fchdir(root) != 0 || chroot(".") != 0)) Fail("root", "chroot", request.root);
  BecomeCommand(request, null_device, cwd);
}

}  // namespace

int SuperviseBare(const Request& request, const sigset_t& signals) {
  // What the step leaves behind becomes a child of this process.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) Fail("start", "PR_SET_CHILD_SUBREAPER", "");
  const pid_t command = fork();
  if (command < 0) Fail("start", "fork", "");
  if (command == 0) EnterAndBecomeCommand(request);
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  bool stopped = false;
  while (true) {
    if (sigwaitinfo(&signals, nullptr) == SIGTERM) {
      stopped = true;
      break;
    }
    int status = 0;
    pid_t ended = 0;
    do {
      ended = waitpid(-1, &status, WNOHANG);
    } while (ended > 0 && ended != command);
    if (ended != command) continue;
    KillDescendants();
    ReportStatus(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    break;
  }
  if (stopped) KillDescendants();
  return 0;
}

}  // namespace cooper::runner
