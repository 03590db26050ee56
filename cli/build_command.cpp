#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <ostream>
#include <thread>
#include <utility>

#include "backends/execute/executor.h"
#include "backends/export/output_file.h"
#include "cli/check/check_report.h"
#include "cli/commands.h"
#include "cli/compilation.h"
#include "cli/history/build_recorder.h"
#include "cli/history/project.h"
#include "cli/inputs/read_grants.h"
#include "cli/isolation.h"
#include "cli/kept_paths.h"
#include "cli/outputs.h"
#include "cli/progress/plain_progress.h"
#include "ir/base/source_date_epoch.h"

namespace cooper {
namespace {

// The proxies that a RUN step may see (contract: "Predefined", Proxy), each in both
// spellings side by side.
constexpr const char* kProxyVariables[] = {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
                                           "FTP_PROXY",  "ftp_proxy",  "NO_PROXY",    "no_proxy",
                                           "ALL_PROXY",  "all_proxy"};

struct BuildOutcome {
  int exit_code = 0;
  std::optional<int> command_status;  // of a RUN that failed
};

FileTime Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  FileTime time;
  time.seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  time.nanoseconds = static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() % 1'000'000'000);
  return time;
}

// The caller's SOURCE_DATE_EPOCH, unless it is empty.
Result<std::optional<int64_t>> CallersEpoch(const CliEnvironment& environment) {
  const auto text = environment.variable(std::string(kSourceDateEpoch));
  if (!text || text->empty()) return std::optional<int64_t>();
  const std::optional<int64_t> epoch = ParseSourceDateEpoch(*text);
  if (epoch) return epoch;
  return Error(DiagnosticKind::kUsage,
               fmt::format("{} is `{}`; expected seconds since 1970", kSourceDateEpoch, *text));
}

// One build from reading to exporting. The steps of Run are its stages.
class Build {
 public:
  Build(const BuildOptions& options, CliEnvironment& environment)
      : options_(options),
        environment_(environment),
        workshop_(options_.input, environment, StoreUse::kWrite),
        compilation_(options_.input, environment, workshop_) {}

  BuildOutcome Run() {
    Status status = RunStages();
    BuildOutcome outcome;
    if (!options_.quiet) environment_.err << LintSummary(compilation_.lint(), compilation_.file());
    if (!status.ok()) {
      outcome.exit_code = compilation_.Fail(&status.error());
      outcome.command_status = status.error().command_status();
    } else if (compilation_.diagnostics().has_errors()) {
      outcome.exit_code = compilation_.Fail(nullptr);
    }
    return outcome;
  }

 private:
  // An error of a stage, or success with errors in the diagnostics.
  Status RunStages() {
    executor_.started = executor_.now = Now();
    COOPER_ASSIGN_OR_RETURN(const std::optional<int64_t> epoch, CallersEpoch(environment_));
    // Before the user namespace is entered, in which some files are nobody's.
    COOPER_ASSIGN_OR_RETURN(executor_.grants, ReadGrants(options_.grants, environment_));
    COOPER_ASSIGN_OR_RETURN(const RungChoice choice, ParseRung(options_.isolation));
    COOPER_ASSIGN_OR_RETURN(std::string store_dir, workshop_.StoreDirectory());
    isolation_ = std::make_unique<Isolation>(choice, std::move(store_dir));
    workshop_.UseForm(isolation_->form());
    environment_.single_threaded_part_is_over();
    // A store that cannot be used is no fault of the line that needs it first.
    if (const Result<Store*> store = workshop_.store(); !store.ok()) return store.error();
    COOPER_ASSIGN_OR_RETURN(const std::vector<std::unique_ptr<Exporter>> exporters,
                            MakeExporters(options_.outputs, workshop_));
    if (!options_.digest_file.empty()) {
      COOPER_RETURN_IF_ERROR(OutputFile::Check(options_.digest_file));
    }
    COOPER_RETURN_IF_ERROR(compilation_.Read());
    COOPER_ASSIGN_OR_RETURN(std::optional<BuildGraph> graph, compilation_.Compile());
    if (!graph) return Ok();
    // The caller's variable counts before the input's own time, a build argument
    // before both.
    if (epoch && !options_.input.build_args.contains(std::string(kSourceDateEpoch))) {
      for (Target& target : graph->targets()) {
        target.source_date_epoch = epoch;
        target.epoch_of.reset();
      }
    }
    if (!options_.quiet) compilation_.TellDownloads();
    COOPER_ASSIGN_OR_RETURN(const std::optional<BuildPlan> plan,
                            compilation_.Plan(std::move(*graph), /*probe=*/true));
    if (!plan) return Ok();
    return Execute(*plan, exporters);
  }

  Result<Sandbox*> OpenSandboxOnce(PlainProgress& progress, BuildRecorder& recorder) {
    std::string opened;
    COOPER_ASSIGN_OR_RETURN(Sandbox* const sandbox, isolation_->Open(&opened));
    recorder.UseIsolation(NameOf(sandbox->rung()));
    if (!opened.empty()) progress.Note(opened);
    return sandbox;
  }

  Status Execute(const BuildPlan& plan, const std::vector<std::unique_ptr<Exporter>>& exporters) {
    COOPER_RETURN_IF_ERROR(CheckIsolation(plan));
    COOPER_RETURN_IF_ERROR(CheckOutputs(plan, exporters));
    COOPER_ASSIGN_OR_RETURN(Store* const store, workshop_.store());
    COOPER_ASSIGN_OR_RETURN(ImageSource* const images, workshop_.images());
    COOPER_ASSIGN_OR_RETURN(HttpSource* const downloads, workshop_.downloads());
    COOPER_ASSIGN_OR_RETURN(LayerIds* const ids, workshop_.layer_ids());
    COOPER_ASSIGN_OR_RETURN(auto layer_ids, ChooseLayerIds(plan, *ids, options_.input.no_cache));
    LayerCatalog catalog(plan, *store, *images, workshop_.contexts(), std::move(layer_ids),
                         isolation_->form(),
                         {.program = isolation_->gives_up_root() ? "" : environment_.program,
                          .options = options_.input.unpack},
                         environment_.interrupted);
    executor_.jobs =
        options_.jobs > 0 ? options_.jobs : std::max(4u, std::thread::hardware_concurrency());
    // Each layer is compressed on all processors, and takes memory for each.
    executor_.layers_at_a_time =
        std::min(executor_.jobs, std::max(2u, std::thread::hardware_concurrency() / 4));
    executor_.rewrite_timestamps =
        std::any_of(options_.outputs.begin(), options_.outputs.end(),
                    [](const OutputSpec& output) { return output.rewrite_timestamp; });
    // One clock for all targets: files made on the way may be in several.
    for (const Target& target : plan.graph.targets()) {
      if (target.source_date_epoch) {
        executor_.now = {.seconds = *target.source_date_epoch, .nanoseconds = 0};
      }
    }
    PlainProgress progress(plan, environment_.err, options_.quiet);
    BuildRecorder recorder(plan, ProjectOf(options_.input), store->history(), progress);
    executor_.sandbox = [&] { return OpenSandboxOnce(progress, recorder); };
    executor_.proxy = ProxyValues();
    executor_.kept_paths = KeptPaths(options_, environment_);
    progress.ShowKept();
    COOPER_RETURN_IF_ERROR(
        ExecuteSteps(catalog, *images, *downloads, executor_, recorder, environment_.interrupted));
    for (size_t target = 0; target < plan.graph.targets().size(); ++target) {
      COOPER_ASSIGN_OR_RETURN(const BuiltImage image, AssembleImage(catalog, target, executor_));
      recorder.ImageMade(plan.graph.targets()[target].name, image.descriptor.digest);
      COOPER_RETURN_IF_ERROR(Deliver(image, *store, exporters));
    }
    return Ok();
  }

  // A RUN that cannot be isolated is told of before the work that leads to it, which
  // might fail for the same reason with a less clear message.
  Status CheckIsolation(const BuildPlan& plan) const {
    if (isolation_->status().ok()) return Ok();
    for (const Step& step : plan.steps) {
      if (step.kind != StepKind::kRun || step.state != StepState::kRun) continue;
      Error error = isolation_->status().error();
      const std::vector<SourceRange>& ranges = plan.graph.vertex(step.vertex).metadata.ranges;
      if (!ranges.empty()) error.At(ranges.front());
      return error;
    }
    return Ok();
  }

  // Long work must not end at a door that was closed all the time. Where nothing is
  // to be done the outputs themselves will tell.
  static Status CheckOutputs(const BuildPlan& plan,
                             const std::vector<std::unique_ptr<Exporter>>& exporters) {
    const bool works = std::any_of(plan.steps.begin(), plan.steps.end(),
                                   [](const Step& step) { return step.state == StepState::kRun; });
    if (!works) return Ok();
    for (const std::unique_ptr<Exporter>& exporter : exporters) {
      COOPER_RETURN_IF_ERROR(exporter->Check());
    }
    return Ok();
  }

  // Build arguments count before the caller's variables; a name that has neither
  // takes the value of its other spelling.
  std::map<std::string, std::string> ProxyValues() const {
    std::map<std::string, std::string> values;
    for (size_t i = 0; i < std::size(kProxyVariables); ++i) {
      const std::string name = kProxyVariables[i];
      const auto& arguments = options_.input.build_args;
      auto argument = arguments.find(name);
      if (argument == arguments.end()) argument = arguments.find(kProxyVariables[i ^ 1]);
      if (argument != arguments.end()) {
        values[name] = argument->second;
      } else if (const auto value = environment_.variable(name)) {
        values[name] = *value;
      }
    }
    return values;
  }

  Status Deliver(const BuiltImage& image, Store& store,
                 const std::vector<std::unique_ptr<Exporter>>& exporters) {
    for (const std::unique_ptr<Exporter>& exporter : exporters) {
      if (environment_.interrupted.stop_requested()) {
        return Error(DiagnosticKind::kInterrupted, "the build was interrupted");
      }
      exporter->StopWith(environment_.interrupted);
      COOPER_RETURN_IF_ERROR(exporter->Export(image, store));
      if (!options_.quiet) environment_.err << "wrote " << exporter->Description() << '\n';
    }
    if (!options_.digest_file.empty()) {
      COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                              OutputFile::Open(options_.digest_file));
      COOPER_RETURN_IF_ERROR(file->Write(image.descriptor.digest.ToString()));
      COOPER_RETURN_IF_ERROR(file->Commit());
    }
    environment_.err << "image " << image.descriptor.digest.ToString() << std::endl;
    return Ok();
  }

  BuildOptions options_;
  CliEnvironment& environment_;
  Workshop workshop_;
  Compilation compilation_;
  std::unique_ptr<Isolation> isolation_;
  ExecutorOptions executor_;
};

}  // namespace

int RunBuild(const BuildOptions& options, CliEnvironment& environment) {
  return Build(options, environment).Run().exit_code;
}

int RunKanikoBuild(const BuildOptions& options, CliEnvironment& environment) {
  const BuildOutcome outcome = Build(options, environment).Run();
  const bool interrupted = outcome.exit_code == ExitCodeFor(DiagnosticKind::kInterrupted);
  if (outcome.exit_code == 0 || interrupted) return outcome.exit_code;
  return outcome.command_status.value_or(1);
}

}  // namespace cooper
