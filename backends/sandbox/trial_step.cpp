#include "backends/sandbox/trial_step.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include "backends/sandbox/recorder_options.h"
#include "backends/sandbox/runner_process.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

constexpr std::string_view kProgram = "/self-test";

Error TrialError(std::string_view call, const std::string& path) {
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("{} `{}`", call, path), errno);
}

// The trial's directories, removed at the end.
class TrialDirectory {
 public:
  explicit TrialDirectory(const std::string& parent)
      : parent_(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
        path_(parent + "/trial-XXXXXX") {
    made_ = mkdtemp(path_.data()) != nullptr;
  }
  ~TrialDirectory() {
    if (made_) RemoveTree(parent_.get(), path_.substr(path_.rfind('/') + 1));
  }
  TrialDirectory(const TrialDirectory&) = delete;
  TrialDirectory& operator=(const TrialDirectory&) = delete;

  std::string operator/(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

  Status Fill(const ScopedFd& program) const {
    if (!made_) return TrialError("mkdir", path_);
    const std::string inside = *this / "lower" + runner::kSelfTestDirectory;
    for (const std::string& path :
         {*this / "lower", *this / "upper", *this / "work", inside, inside + "/directory"}) {
      if (mkdir(path.c_str(), 0755) != 0) return TrialError("mkdir", path);
    }
    for (const std::string& path : {inside + "/file", inside + "/directory/old"}) {
      if (mknod(path.c_str(), S_IFREG | 0644, 0) != 0) return TrialError("create", path);
    }
    return CopyProgram(program, *this / "lower" + std::string(kProgram));
  }

 private:
  static Status CopyProgram(const ScopedFd& program, const std::string& path) {
    const ScopedFd copy(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
    struct stat status;
    if (!copy.ok() || fstat(program.get(), &status) != 0) return TrialError("create", path);
    off_t at = 0;
    while (at < status.st_size) {
      const size_t left = static_cast<size_t>(status.st_size - at);
      if (sendfile(copy.get(), program.get(), &at, left) <= 0) return TrialError("write", path);
    }
    return Ok();
  }

  ScopedFd parent_;
  std::string path_;
  bool made_ = false;
};

class NoLog : public LogSink {
 public:
  void Write(int, std::string_view) override {}
};

// What to change, for the faults that environments are known for.
std::string_view Advice(const RunnerFault& fault) {
  const bool refused = fault.error_number == EPERM || fault.error_number == EACCES;
  if (fault.step == "namespaces" && refused) {
    return "; the process lacks CAP_SYS_ADMIN, or a seccomp profile such as RuntimeDefault forbids "
           "new namespaces: use seccomp profile Unconfined for this container";
  }
  if (fault.step == "namespaces" && fault.error_number == ENOSPC) {
    return "; raise the sysctls user.max_*_namespaces";
  }
  if (fault.step == "overlay" && fault.error_number == EINVAL) {
    return "; the store is on a file system that overlayfs cannot write to, such as a container's "
           "own root: put --store on a volume (emptyDir)";
  }
  if ((fault.step == "mount" || fault.step == "overlay") && refused) {
    return "; a security module such as AppArmor forbids mounts here: use its profile `unconfined` "
           "for this container";
  }
  return "";
}

Status CheckLayer(const TrialDirectory& trial, bool user_namespace) {
  const std::string inside = trial / "upper" + runner::kSelfTestDirectory;
  struct stat status;
  if (lstat((inside + "/file").c_str(), &status) != 0 || !S_ISCHR(status.st_mode) ||
      status.st_rdev != 0) {
    return Error(DiagnosticKind::kSandbox, "overlayfs left no whiteout for a removed file");
  }
  const char* const mark = user_namespace ? "user.overlay.opaque" : "trusted.overlay.opaque";
  char value = 0;
  if (lgetxattr((inside + "/renamed").c_str(), mark, &value, 1) != 1 || value != 'y') {
    return Error(DiagnosticKind::kSandbox, "overlayfs left no opaque mark on a replaced directory");
  }
  return Ok();
}

}  // namespace

Result<TrialOutcome> TryStep(const RunnerBinary& runner, const StepSurroundings& surroundings,
                             RootForm form, const std::string& directory) {
  const TrialDirectory trial(directory);
  COOPER_RETURN_IF_ERROR(trial.Fill(runner.file));
  RunRequest request;
  if (form == RootForm::kOverlay) {
    request.root = OverlayRoot{{trial / "lower"}, trial / "upper", trial / "work"};
  } else {
    request.root = PlainRoot{trial / "lower"};
  }
  request.args = {std::string(kProgram), runner::kSelfTestArgument};
  COOPER_ASSIGN_OR_RETURN(const std::string bytes, WriteRunnerRequest(request, surroundings));
  NoLog log;
  std::unique_ptr<Recorder> recorder;
  if (surroundings.recorded) {
    COOPER_ASSIGN_OR_RETURN(recorder,
                            Recorder::Start(RecorderOptionsFor(request, *surroundings.recorded)));
  }
  COOPER_ASSIGN_OR_RETURN(
      const RunnerReport report,
      RunRunner(runner.path, bytes, recorder ? &recorder->helper_end() : nullptr, log,
                std::stop_token()));
  TrialOutcome outcome;
  if (report.fault) {
    std::string text = Describe(*report.fault) + std::string(Advice(*report.fault));
    if (report.fault->step != "overlay") return Error(DiagnosticKind::kSandbox, std::move(text));
    outcome.overlay_refusal = std::move(text);
    return outcome;
  }
  if (report.not_executed) {
    return ErrnoError(DiagnosticKind::kSandbox,
                      fmt::format("cannot execute a program in `{}`", directory),
                      report.not_executed->error_number);
  }
  const int check = report.exit_status.value_or(0) - runner::kSelfTestFirstStatus;
  if (check >= 0 && check < static_cast<int>(std::size(runner::kSelfTestChecks))) {
    return Error(DiagnosticKind::kSandbox,
                 fmt::format("{} does not work inside a step", runner::kSelfTestChecks[check]));
  }
  if (report.exit_status != 0) {
    return Error(DiagnosticKind::kSandbox,
                 fmt::format("a trial step ended with {}", *report.exit_status));
  }
  if (form == RootForm::kOverlay) {
    const Status layer = CheckLayer(trial, surroundings.user_namespace);
    if (!layer.ok()) {
      outcome.overlay_refusal = layer.error().message();
      return outcome;
    }
  }
  for (const RunnerFault& note : report.notes) {
    outcome.notes.push_back("done without: " + Describe(note));
    if (note.call == "fsmount" && note.target == "/proc") outcome.shares_proc = true;
  }
  return outcome;
}

}  // namespace cooper
