#include "backends/sandbox/sandbox.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <mutex>
#include <utility>

#include "backends/sandbox/ladder/user_namespace.h"
#include "backends/sandbox/ownership/recorder_filter.h"
#include "backends/sandbox/recorder_options.h"
#include "backends/sandbox/request_writer.h"
#include "backends/sandbox/runner_binary.h"
#include "backends/sandbox/runner_process.h"
#include "backends/sandbox/seccomp_profile.h"
#include "backends/sandbox/stub_paths.h"
#include "backends/sandbox/trial_step.h"

namespace cooper {
namespace {

// Of the layer below all of the image's.
constexpr std::array<std::string_view, 4> kBaseDirectories = {"dev", "etc", "proc", "sys"};
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

std::vector<std::string> StubsIn(const RunRequest& request, std::vector<std::string> made) {
  if (const auto* plain = std::get_if<PlainRoot>(&request.root)) {
    return RemainingStubs(plain->directory, std::move(made));
  }
  const OverlayRoot& overlay = std::get<OverlayRoot>(request.root);
  if (!made.empty()) {
    const std::vector<std::string> ours = NotInImage(overlay.lower_dirs, kBaseDirectories);
    made.insert(made.end(), ours.begin(), ours.end());
  }
  return RemainingStubs(overlay.upper_dir, std::move(made));
}

class NamespaceSandbox : public Sandbox {
 public:
  NamespaceSandbox(Rung rung, RunnerBinary runner, StepSurroundings surroundings,
                   TrialOutcome trial)
      : rung_(rung),
        runner_(std::move(runner)),
        surroundings_(std::move(surroundings)),
        notes_(std::move(trial.notes)),
        one_at_a_time_(trial.shares_proc) {
    if (one_at_a_time_) {
      notes_.push_back("commands run one at a time, as they would see one another in /proc");
    }
  }

  Rung rung() const override { return rung_; }
  RootForm root_form() const override { return RootForm::kOverlay; }
  const std::vector<std::string>& notes() const override { return notes_; }

  Result<RunOutcome> Run(const RunRequest& request, LogSink& log, std::stop_token stop) override {
    COOPER_ASSIGN_OR_RETURN(const std::string bytes, WriteRunnerRequest(request, surroundings_));
    // A step must not read the secrets of another one, nor write into its layer.
    std::unique_lock<std::mutex> alone(running_, std::defer_lock);
    if (one_at_a_time_) alone.lock();
    std::unique_ptr<Recorder> recorder;
    if (surroundings_.one_id) {
      COOPER_ASSIGN_OR_RETURN(recorder, Recorder::Start(RecorderOptionsFor(request)));
    }
    COOPER_ASSIGN_OR_RETURN(
        RunnerReport report,
        RunRunner(runner_.path, bytes, recorder ? &recorder->helper_end() : nullptr, log,
                  std::move(stop)));
    if (report.fault) {
      return Error(DiagnosticKind::kSandbox,
                   fmt::format("cannot set up the step: {}", Describe(*report.fault)));
    }
    if (report.not_executed) log.Write(2, NotExecutedText(*report.not_executed) + "\n");
    RunOutcome outcome;
    outcome.exit_status = report.exit_status.value_or(0);
    outcome.stub_paths = StubsIn(request, std::move(report.stubs));
    if (recorder) outcome.owners = recorder->Finish();
    return outcome;
  }

 private:
  Rung rung_;
  RunnerBinary runner_;
  StepSurroundings surroundings_;
  std::vector<std::string> notes_;
  bool one_at_a_time_;
  std::mutex running_;
};

// Makes what is missing; other builds on the same store may do so at this moment.
Status MakeNode(const std::string& path, mode_t mode) {
  const int result = S_ISDIR(mode) ? mkdir(path.c_str(), mode) : mknod(path.c_str(), mode, 0);
  if (result != 0 && errno == EEXIST) return Ok();
  // Not what the umask makes of it: a step may see it.
  if (result == 0 && chmod(path.c_str(), mode & 07777) == 0) return Ok();
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("cannot make `{}`", path), errno);
}

Status MakeBase(const std::string& base) {
  COOPER_RETURN_IF_ERROR(MakeNode(base, S_IFDIR | 0755));
  for (const std::string_view name : kBaseDirectories) {
    COOPER_RETURN_IF_ERROR(MakeNode(base + "/" + std::string(name), S_IFDIR | 0755));
  }
  for (const char* path : {"/etc/hosts", "/etc/resolv.conf"}) {
    COOPER_RETURN_IF_ERROR(MakeNode(base + path, S_IFREG | 0644));
  }
  return Ok();
}

}  // namespace

Result<std::unique_ptr<Sandbox>> OpenSandbox(RungChoice choice, const std::string& state_dir) {
  const bool user_namespace = InUserNamespace();
  const bool one_id = HasOneId();
  const Rung rung = choice.value_or(one_id           ? Rung::kUserns1
                                    : user_namespace ? Rung::kUserns
                                                     : Rung::kNs);
  if ((rung == Rung::kUserns && !user_namespace) || (rung == Rung::kUserns1) != one_id) {
    return Error(DiagnosticKind::kSandbox,
                 fmt::format("isolation `{}` was asked for and no such user namespace was entered",
                             NameOf(rung)));
  }
  if (rung > Rung::kUserns1) {
    return Error(DiagnosticKind::kUnsupported,
                 fmt::format("isolation `{}` is not supported yet", NameOf(rung)));
  }
  StepSurroundings surroundings;
  surroundings.user_namespace = user_namespace;
  surroundings.one_id = one_id;
  if (one_id) {
    COOPER_ASSIGN_OR_RETURN(surroundings.recorder, CompileRecorderFilter());
  }
  surroundings.resolv_conf = ReadResolvConf();
  const std::string directory = state_dir + "/sandbox";
  surroundings.scratch_dir = directory + "/scratch";
  surroundings.base_dir = directory + "/base";
  COOPER_RETURN_IF_ERROR(MakeNode(directory, S_IFDIR | 0700));
  COOPER_RETURN_IF_ERROR(MakeNode(surroundings.scratch_dir, S_IFDIR | 0700));
  COOPER_RETURN_IF_ERROR(MakeBase(surroundings.base_dir));
  COOPER_ASSIGN_OR_RETURN(surroundings.seccomp, CompileSeccompProfile());
  COOPER_ASSIGN_OR_RETURN(RunnerBinary runner, OpenRunnerBinary());

  Result<TrialOutcome> trial = TryStep(runner, surroundings, directory);
  if (!trial.ok()) {
    Error error = std::move(trial).error();
    return std::move(error.Within(fmt::format("RUN cannot be isolated here; {}", NameOf(rung))));
  }
  return std::unique_ptr<Sandbox>(std::make_unique<NamespaceSandbox>(
      rung, std::move(runner), std::move(surroundings), std::move(trial).value()));
}

}  // namespace cooper
