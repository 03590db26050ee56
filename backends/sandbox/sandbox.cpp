#include "backends/sandbox/sandbox.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <utility>

#include "backends/sandbox/request_writer.h"
#include "backends/sandbox/runner_binary.h"
#include "backends/sandbox/runner_process.h"
#include "backends/sandbox/seccomp_profile.h"
#include "backends/sandbox/stub_paths.h"
#include "backends/sandbox/trial_step.h"
#include "backends/sandbox/user_namespace.h"

namespace cooper {
namespace {

constexpr size_t kResolvConfLimitBytes = 64 << 10;

std::string ReadResolvConf() {
  std::string text(kResolvConfLimitBytes, '\0');
  std::ifstream file("/etc/resolv.conf", std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

std::string NotExecutedText(const RunnerReport::NotExecuted& fault) {
  const bool is_path = fault.program.find('/') != std::string::npos;
  switch (fault.error_number) {
    case ENOENT:
    case ENOTDIR:
      if (!is_path) return fmt::format("{}: not found in PATH of the image", fault.program);
      return fmt::format("{}: no such file in the image, or its interpreter is missing",
                         fault.program);
    case ENOEXEC:
      return fmt::format("{}: not a program for this machine", fault.program);
    default:
      return ErrnoError(DiagnosticKind::kSandbox, fault.program, fault.error_number).message();
  }
}

class NamespaceSandbox : public Sandbox {
 public:
  NamespaceSandbox(Rung rung, RunnerBinary runner, StepSurroundings surroundings,
                   std::vector<std::string> notes)
      : rung_(rung),
        runner_(std::move(runner)),
        surroundings_(std::move(surroundings)),
        notes_(std::move(notes)) {}

  Rung rung() const override { return rung_; }
  const std::vector<std::string>& notes() const override { return notes_; }

  Result<RunOutcome> Run(const RunRequest& request, LogSink& log, std::stop_token stop) override {
    COOPER_ASSIGN_OR_RETURN(const std::string bytes, WriteRunnerRequest(request, surroundings_));
    COOPER_ASSIGN_OR_RETURN(RunnerReport report,
                            RunRunner(runner_.path, bytes, log, std::move(stop)));
    if (report.fault) {
      return Error(DiagnosticKind::kSandbox,
                   fmt::format("cannot set up the step: {}", Describe(*report.fault)));
    }
    if (report.not_executed) log.Write(2, NotExecutedText(*report.not_executed) + "\n");
    RunOutcome outcome;
    outcome.exit_status = report.exit_status.value_or(0);
    outcome.stub_paths = RemainingStubs(request.upper_dir, std::move(report.stubs));
    return outcome;
  }

 private:
  Rung rung_;
  RunnerBinary runner_;
  StepSurroundings surroundings_;
  std::vector<std::string> notes_;
};

Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return Ok();
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("cannot make `{}`", path), errno);
}

}  // namespace

Result<std::unique_ptr<Sandbox>> OpenSandbox(RungChoice choice, const std::string& state_dir) {
  const bool user_namespace = InUserNamespace();
  const Rung rung = choice.value_or(user_namespace ? Rung::kUserns : Rung::kNs);
  if (rung == Rung::kUserns && !user_namespace) {
    return Error(DiagnosticKind::kSandbox,
                 "isolation `userns` was asked for and no user namespace was entered");
  }
  if (rung != Rung::kUserns && rung != Rung::kNs) {
    return Error(DiagnosticKind::kUnsupported,
                 fmt::format("isolation `{}` is not supported yet", NameOf(rung)));
  }
  StepSurroundings surroundings;
  surroundings.user_namespace = user_namespace;
  surroundings.resolv_conf = ReadResolvConf();
  surroundings.scratch_dir = state_dir + "/sandbox/scratch";
  COOPER_RETURN_IF_ERROR(MakeDirectory(state_dir + "/sandbox"));
  COOPER_RETURN_IF_ERROR(MakeDirectory(surroundings.scratch_dir));
  COOPER_ASSIGN_OR_RETURN(surroundings.seccomp, CompileSeccompProfile());
  COOPER_ASSIGN_OR_RETURN(RunnerBinary runner, OpenRunnerBinary());

  Result<std::vector<std::string>> notes = TryStep(runner, surroundings, state_dir + "/sandbox");
  if (!notes.ok()) {
    Error error = std::move(notes).error();
    return std::move(error.Within(fmt::format("RUN cannot be isolated here; {}", NameOf(rung))));
  }
  return std::unique_ptr<Sandbox>(std::make_unique<NamespaceSandbox>(
      rung, std::move(runner), std::move(surroundings), std::move(notes).value()));
}

}  // namespace cooper
