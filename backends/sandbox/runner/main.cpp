// cooper-runner: does what lies between cooper and the first instruction of a RUN
// step, in a process that is small and has one thread.
//
//   supervisor  joins new namespaces, starts process 1, passes a stop on (this file)
//   process 1   builds the root (init.h), drops privileges and executes (command.h)
//
// Each dies with the one above it. Where no namespace can be had, bare.h takes the
// place of process 1.

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/sandbox/runner/bare.h"
#include "backends/sandbox/runner/init.h"
#include "backends/sandbox/runner/report.h"
#include "backends/sandbox/runner/request.h"
#include "backends/sandbox/runner/self_test.h"

namespace cooper::runner {
namespace {

// cooper's death is a stop: the command may have lost its own death signal, which
// the execution of a set-user-id program takes away.
void StopWithParent(const Request& request) {
  if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0) Fail("start", "PR_SET_PDEATHSIG", "");
  if (static_cast<uint64_t>(getppid()) != request.parent_pid) _exit(125);
}

void JoinNewNamespaces(const Request& request) {
  int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
  if (request.Has(kNewNetwork)) flags |= CLONE_NEWNET;
  if (unshare(flags) != 0) Fail("namespaces", "unshare", "");
  if (unshare(CLONE_NEWCGROUP) != 0) ReportNote("unshare", "cgroup");
}

// Waits for process 1, which ends only when all others of its namespace are dead and
// reaped, and reports its exit status. A stop kills it, and has no status.
int WaitFor(pid_t init, const sigset_t& signals) {
  bool stopped = false;
  while (true) {
    const int signal_number = sigwaitinfo(&signals, nullptr);
    if (signal_number == SIGTERM) {
      stopped = true;
      kill(init, SIGKILL);
    }
    int status = 0;
    if (waitpid(init, &status, WNOHANG) != init) continue;
    if (!stopped) ReportStatus(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    return 0;
  }
}

int Supervise() {
  if (syscall(SYS_close_range, static_cast<unsigned>(kRecorderFd) + 1, ~0u, 0u) != 0 ||
      fcntl(kReportFd, F_SETFD, FD_CLOEXEC) != 0) {
    Fail("start", "close_range", "");
  }
  (void)!fcntl(kRecorderFd, F_SETFD, FD_CLOEXEC);  // not always there
  const Request request = ReadRequest(kRequestFd);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_SETMASK, &signals, nullptr);
  StopWithParent(request);

  if (request.Has(kBare)) return SuperviseBare(request, signals);
  JoinNewNamespaces(request);
  int lifeline[2];
  if (pipe2(lifeline, O_CLOEXEC) != 0) Fail("start", "pipe2", "");
  const pid_t init = fork();
  if (init < 0) Fail("start", "fork", "");
  if (init == 0) {
    close(lifeline[1]);
    RunInit(request, lifeline[0]);
  }
  close(lifeline[0]);
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  return WaitFor(init, signals);
}

}  // namespace
}  // namespace cooper::runner

int main(int argc, char** argv) {
  using namespace cooper::runner;
  if (argc == 2 && strcmp(argv[1], kSelfTestArgument) == 0) return RunSelfTest();
  return Supervise();
}
