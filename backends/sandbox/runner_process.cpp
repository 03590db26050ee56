#include "backends/sandbox/runner_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "backends/sandbox/runner/protocol.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;
constexpr size_t kReportLimitBytes = size_t{4} << 20;  // many thousand stubs
constexpr int kStopPatienceMs = 5000;                  // far more than killing all of a step takes

// Descriptors of the child are numbered 0 to 5; those of this process that become
// them must not be in their way.
constexpr int kFirstFreeFd = 10;

Error SetupError(std::string_view call) {
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("cannot start a step: {}", call), errno);
}

Result<ScopedFd> Lifted(int fd) {
  if (fd < 0) return SetupError("open");
  const ScopedFd low(fd);
  ScopedFd high(fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd));
  if (!high.ok()) return SetupError("fcntl");
  return high;
}

struct Pipe {
  ScopedFd read;
  ScopedFd write;
};

Result<Pipe> NewPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SetupError("pipe2");
  Pipe pipe;
  pipe.read = ScopedFd(ends[0]);
  COOPER_ASSIGN_OR_RETURN(pipe.write, Lifted(ends[1]));
  return pipe;
}

Result<ScopedFd> RequestFile(std::string_view request) {
  COOPER_ASSIGN_OR_RETURN(ScopedFd file, Lifted(memfd_create("cooper-request", MFD_CLOEXEC)));
  errno = WriteFully(file.get(), request);
  if (errno != 0) return SetupError("write");
  return file;
}

struct ChildFiles {
  int input;
  int output;
  int errors;
  int request;
  int report;
  int recorder;  // -1: none
};

// With default signals in a session of its own: an interrupt of the terminal is
// for cooper, which then stops its steps. SIGTERM and SIGCHLD stay blocked until
// the helper waits for them.
Result<pid_t> Spawn(const std::string& program, const ChildFiles& files) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, files.input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, files.output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, files.errors, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, files.request, runner::kRequestFd);
  posix_spawn_file_actions_adddup2(&actions, files.report, runner::kReportFd);
  if (files.recorder >= 0) {
    posix_spawn_file_actions_adddup2(&actions, files.recorder, runner::kRecorderFd);
  }

  sigset_t all;
  sigset_t blocked;
  sigfillset(&all);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGCHLD);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);

  std::string name = "cooper-runner";
  std::array<char*, 2> argv = {name.data(), nullptr};
  char* environment[] = {nullptr};
  pid_t child = -1;
  errno = posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (errno != 0) return SetupError("posix_spawn");
  return child;
}

// The parent's ends of a running step.
struct Step {
  pid_t runner = -1;
  ScopedFd output;
  ScopedFd errors;
  ScopedFd reports;
  ScopedFd wake;  // eventfd; readable after a stop
};

// Reads once; closes the handle at the end of the stream.
std::string_view ReadSome(ScopedFd& from, std::array<char, kReadBytes>& buffer) {
  const ssize_t size = read(from.get(), buffer.data(), buffer.size());
  if (size > 0) return {buffer.data(), static_cast<size_t>(size)};
  if (size == 0 || (errno != EINTR && errno != EAGAIN)) from.Close();
  return {};
}

// Until all of the step's ends are closed, which its last process does by dying.
std::string Pump(Step& step, LogSink& log) {
  std::string reports;
  std::array<char, kReadBytes> buffer;
  int patience_ms = -1;
  while (step.output.ok() || step.errors.ok() || step.reports.ok()) {
    std::array<pollfd, 4> ready = {{{step.output.get(), POLLIN, 0},
                                    {step.errors.get(), POLLIN, 0},
                                    {step.reports.get(), POLLIN, 0},
                                    {step.wake.get(), POLLIN, 0}}};
    const int count = poll(ready.data(), ready.size(), patience_ms);
    if (count == 0) {
      // The helper was asked and did not react; process 1 dies with it.
      kill(step.runner, SIGKILL);
      patience_ms = -1;
    }
    if (count <= 0) continue;
    if (ready[0].revents != 0) {
      if (const auto bytes = ReadSome(step.output, buffer); !bytes.empty()) log.Write(1, bytes);
    }
    if (ready[1].revents != 0) {
      if (const auto bytes = ReadSome(step.errors, buffer); !bytes.empty()) log.Write(2, bytes);
    }
    if (ready[2].revents != 0) {
      const auto bytes = ReadSome(step.reports, buffer);
      if (reports.size() < kReportLimitBytes) reports += bytes;
    }
    if (ready[3].revents != 0) {
      kill(step.runner, SIGTERM);
      patience_ms = kStopPatienceMs;
      step.wake.Close();
    }
  }
  return reports;
}

}  // namespace

Result<RunnerReport> RunRunner(const std::string& program, std::string_view request,
                               ScopedFd* recorder, LogSink& log, std::stop_token stop) {
  COOPER_ASSIGN_OR_RETURN(ScopedFd input, Lifted(open("/dev/null", O_RDONLY | O_CLOEXEC)));
  COOPER_ASSIGN_OR_RETURN(ScopedFd request_file, RequestFile(request));
  COOPER_ASSIGN_OR_RETURN(Pipe output, NewPipe());
  COOPER_ASSIGN_OR_RETURN(Pipe errors, NewPipe());
  COOPER_ASSIGN_OR_RETURN(Pipe reports, NewPipe());
  ScopedFd recorder_end;
  if (recorder != nullptr) {
    COOPER_ASSIGN_OR_RETURN(recorder_end, Lifted(recorder->Release()));
  }
  const ScopedFd wake(eventfd(0, EFD_CLOEXEC));
  Step step;
  // The callback has its own descriptor: Pump closes the one that it polls.
  step.wake = ScopedFd(fcntl(wake.get(), F_DUPFD_CLOEXEC, 0));
  if (!step.wake.ok()) return SetupError("eventfd");
  COOPER_ASSIGN_OR_RETURN(
      step.runner, Spawn(program, {input.get(), output.write.get(), errors.write.get(),
                                   request_file.get(), reports.write.get(), recorder_end.get()}));
  recorder_end.Close();
  output.write.Close();
  errors.write.Close();
  reports.write.Close();
  step.output = std::move(output.read);
  step.errors = std::move(errors.read);
  step.reports = std::move(reports.read);

  std::string report_bytes;
  {
    const std::stop_callback on_stop(stop, [&wake] { eventfd_write(wake.get(), 1); });
    report_bytes = Pump(step, log);
  }
  int status = 0;
  while (waitpid(step.runner, &status, 0) < 0 && errno == EINTR) {
  }
  RunnerReport report = ParseRunnerReport(report_bytes);
  if (!report.exit_status && stop.stop_requested()) {
    return Error(DiagnosticKind::kInterrupted, "the step was stopped");
  }
  if (!report.exit_status && !report.fault) {
    return Error(DiagnosticKind::kSandbox,
                 WIFSIGNALED(status)
                     ? fmt::format("the RUN helper was killed by signal {}", WTERMSIG(status))
                     : "the RUN helper was killed; memory may have run out");
  }
  return report;
}

}  // namespace cooper
