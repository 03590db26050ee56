#include "backends/sandbox/sandbox.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

#include "backends/sandbox/ladder/capabilities.h"
#include "backends/sandbox/ladder/user_namespace.h"
#include "backends/sandbox/ownership/recorder_filter.h"
#include "backends/sandbox/recorder_options.h"
#include "backends/sandbox/request_writer.h"
#include "backends/sandbox/resolv_conf.h"
#include "backends/sandbox/runner_binary.h"
#include "backends/sandbox/runner_process.h"
#include "backends/sandbox/seccomp_profile.h"
#include "backends/sandbox/stub_paths.h"
#include "backends/sandbox/trial_step.h"

namespace cooper {
namespace {

// Of the layer below all of the image's.
constexpr std::array<std::string_view, 4> kBaseDirectories = {"dev", "etc", "proc", "sys"};

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

class RunnerSandbox : public Sandbox {
 public:
  RunnerSandbox(Rung rung, RootForm root_form, RunnerBinary runner, StepSurroundings surroundings,
                std::vector<std::string> notes, bool one_at_a_time)
      : rung_(rung),
        root_form_(root_form),
        runner_(std::move(runner)),
        surroundings_(std::move(surroundings)),
        notes_(std::move(notes)),
        one_at_a_time_(one_at_a_time) {}

  Rung rung() const override { return rung_; }
  RootForm root_form() const override { return root_form_; }
  bool has_mounts() const override { return HasNamespaces(rung_); }
  const std::vector<std::string>& notes() const override { return notes_; }

  Result<RunOutcome> Run(const RunRequest& request, LogSink& log, std::stop_token stop) override {
    if (!has_mounts()) COOPER_RETURN_IF_ERROR(CheckBare(request));
    COOPER_ASSIGN_OR_RETURN(const std::string bytes, WriteRunnerRequest(request, surroundings_));
    // A step must not read the secrets of another one, nor write into its layer.
    std::unique_lock<std::mutex> alone(running_, std::defer_lock);
    if (one_at_a_time_) alone.lock();
    std::unique_ptr<Recorder> recorder;
    if (IsRecorded(request, surroundings_)) {
      COOPER_ASSIGN_OR_RETURN(
          recorder, Recorder::Start(RecorderOptionsFor(request, *surroundings_.recorded)));
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
  Status CheckBare(const RunRequest& request) const {
    if (!request.mounts.empty()) {
      return Error(DiagnosticKind::kInternal, "mounts for a step that can have none");
    }
    if (request.network == NetworkMode::kNone) {
      return Error(DiagnosticKind::kSandbox,
                   fmt::format("`--network=none` needs a namespace, which isolation `{}` has not",
                               NameOf(rung_)));
    }
    return Ok();
  }

  Rung rung_;
  RootForm root_form_;
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

struct Trial {
  RootForm form = RootForm::kOverlay;
  TrialOutcome outcome;
};

// The best root that a step can have on this rung.
Result<Trial> TryForms(Rung rung, const RunnerBinary& runner, const StepSurroundings& surroundings,
                       const std::string& directory) {
  Trial trial;
  if (rung == Rung::kInplace) {
    // There is one root only, and a trial would leave its traces in it.
    trial.form = RootForm::kInPlace;
    trial.outcome.notes = {
        "commands run in this container's own root, one at a time, and see what it has: the files "
        "of this build's user too"};
    return trial;
  }
  if (HasNamespaces(rung)) {
    COOPER_ASSIGN_OR_RETURN(trial.outcome,
                            TryStep(runner, surroundings, RootForm::kOverlay, directory));
  }
  const std::string refusal = trial.outcome.overlay_refusal;
  if (!HasNamespaces(rung) || !refusal.empty()) {
    trial.form = RootForm::kPlain;
    COOPER_ASSIGN_OR_RETURN(trial.outcome,
                            TryStep(runner, surroundings, RootForm::kPlain, directory));
  }
  std::vector<std::string>& notes = trial.outcome.notes;
  if (!refusal.empty()) notes.push_back("root file systems are copied; " + refusal);
  if (rung == Rung::kChroot) {
    notes.emplace_back("commands have no /proc, /sys and mounts, and see this machine's network");
  }
  if (trial.outcome.shares_proc) {
    notes.emplace_back("commands run one at a time, as they would see one another in /proc");
  }
  return trial;
}

}  // namespace

Result<std::unique_ptr<Sandbox>> OpenSandbox(Rung rung, const std::string& state_dir) {
  StepSurroundings surroundings;
  surroundings.user_namespace = InUserNamespace();
  surroundings.bare = !HasNamespaces(rung);
  if (rung == Rung::kUserns1) {
    surroundings.recorded = RecordedScope::kOwners;
  } else if (surroundings.user_namespace || !HasCapability(CAP_MKNOD)) {
    surroundings.recorded = RecordedScope::kDevices;
  }
  if (surroundings.recorded) {
    COOPER_ASSIGN_OR_RETURN(surroundings.recorder, CompileRecorderFilter(*surroundings.recorded));
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
  Result<Trial> trial = TryForms(rung, runner, surroundings, directory);
  if (!trial.ok()) {
    return std::move(
        trial.error().Within(fmt::format("RUN cannot be executed here; {}", NameOf(rung))));
  }
  // Without namespaces a step is kept from this process's memory by this alone.
  if (surroundings.bare && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return ErrnoError(DiagnosticKind::kSandbox, "PR_SET_DUMPABLE", errno);
  }
  const bool alone = trial->outcome.shares_proc || trial->form == RootForm::kInPlace;
  return std::unique_ptr<Sandbox>(
      std::make_unique<RunnerSandbox>(rung, trial->form, std::move(runner), std::move(surroundings),
                                      std::move(trial->outcome.notes), alone));
}

}  // namespace cooper
