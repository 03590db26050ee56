#include "backends/sandbox/runner/init.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/sandbox/runner/command.h"
#include "backends/sandbox/runner/report.h"
#include "backends/sandbox/runner/root_path.h"
#include "backends/sandbox/runner/root_view.h"

namespace cooper::runner {
namespace {

void DieWithSupervisor(int lifeline) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) Fail("start", "PR_SET_PDEATHSIG", "");
  // It may have died before that call.
  struct pollfd end = {lifeline, 0, 0};
  if (poll(&end, 1, 0) != 0) _exit(125);
}

void NameHost(const char* hostname) {
  if (hostname[0] != '\0' && sethostname(hostname, strlen(hostname)) != 0) {
    // Some seccomp profiles allow all but this; the step sees the outer name then.
    if (errno != EPERM && errno != ENOSYS) Fail("hostname", "sethostname", hostname);
    ReportNote("sethostname", hostname);
  }
}

void BringLoopbackUp() {
  const int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) Fail("network", "socket", "");
  struct ifreq request = {};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl(socket_fd, SIOCSIFFLAGS, &request) != 0) ReportNote("SIOCSIFFLAGS", "lo");
  close(socket_fd);
}

}  // namespace

void RunInit(const Request& request, int lifeline) {
  DieWithSupervisor(lifeline);
  umask(0);
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    Fail("mount", "make private", "/");
  }
  NameHost(request.hostname);
  if (request.Has(kNewNetwork)) BringLoopbackUp();

  const bool mask = !request.Has(kInsecure);
  RootView view = MountRoot(request);
  MountDev(view, /*tty_group=*/!request.Has(kOneId));
  MountProc(view, mask);
  MountSys(view, request.Has(kNewNetwork), mask);
  unsigned index = 0;
  for (const MountRequest& mount : request.mounts) {
    MountRequested(view, mount, index++, /*devices=*/request.Has(kInsecure));
  }

  const int cwd = OpenOrMake(view.root, request.cwd, NodeType::kDirectory, StubReport::kNo);
  const int null_device = openat(view.dev, "null", O_RDONLY | O_CLOEXEC);
  if (null_device < 0) Fail("descriptors", "open", "/dev/null");
  EnterRoot(view);
  BecomeCommand(request, null_device, cwd);
}

}  // namespace cooper::runner
