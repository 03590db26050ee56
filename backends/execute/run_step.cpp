#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include "backends/execute/log_tail.h"
#include "backends/execute/mounts/placed_mounts.h"
#include "backends/execute/mounts/run_mounts.h"
#include "backends/execute/mounts/system_files.h"
#include "backends/execute/roots/step_files.h"
#include "backends/execute/step_worker.h"
#include "backends/filesystem/tree/user_lookup.h"
#include "ir/image/image_config.h"

namespace cooper {
namespace {

constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Passes a step's output on to the observer and keeps its end.
class StepLog : public LogSink {
 public:
  StepLog(BuildObserver& observer, const Step& step) : observer_(observer), step_(step) {}

  void Write(int stream, std::string_view bytes) override {
    tail_.Add(bytes);
    observer_.StepOutput(step_, stream, bytes);
  }
  const LogTail& tail() const { return tail_; }

 private:
  BuildObserver& observer_;
  const Step& step_;
  LogTail tail_;
};

// The step's environment: its own, then what a RUN always has (contract: "RUN
// environment").
std::vector<std::string> Environment(const ExecOp& exec, const RunUser& user,
                                     const ExecutorOptions& options) {
  std::vector<std::string> env = exec.env;
  if (!FindEnv(env, "PATH")) SetEnv(env, "PATH", kDefaultPath);
  if (!FindEnv(env, "HOME")) SetEnv(env, "HOME", user.home.empty() ? "/" : user.home);
  for (const std::string& name : exec.proxy_env) {
    const auto proxy = options.proxy.find(name);
    if (proxy != options.proxy.end() && !FindEnv(env, name)) SetEnv(env, name, proxy->second);
  }
  return env;
}

// A shell says so of a process that a signal ended.
std::string SignalHint(int status) {
  if (status <= 128) return {};
  const char* const name = sigabbrev_np(status - 128);
  if (name == nullptr) return {};
  return fmt::format(", as after SIG{}{}", name,
                     status - 128 == SIGKILL ? "; was there too little memory?" : "");
}

Error RunFailure(const ExecOp& exec, int status, const LogTail& tail) {
  std::string command;
  for (const std::string& word : exec.args) command += (command.empty() ? "" : " ") + word;
  constexpr size_t kShown = 200;
  if (command.size() > kShown) command = command.substr(0, kShown) + "...";
  Error error(DiagnosticKind::kRunFailed,
              fmt::format("`{}` ended with status {}{}", command, status, SignalHint(status)));
  error.CommandStatus(status);
  for (const std::string& line : tail.Lines()) error.Detail("| " + line);
  return error;
}

// What the step is lent is put into its root, for a sandbox that mounts nothing.
Result<RunOutcome> RunWithPlacedMounts(StepWorker& worker, Sandbox& sandbox,
                                       const WorkingRoot& root, const RunMounts& mounts,
                                       RunRequest request, LogSink& log,
                                       const std::stop_token& stop) {
  COOPER_ASSIGN_OR_RETURN(std::vector<SandboxMount> placed,
                          SystemFiles(request, worker.resolv_conf, root.keep()));
  placed.insert(placed.end(), mounts.mounts.begin(), mounts.mounts.end());
  std::set<std::string> kept_sources;
  for (const auto& [mount, path] : mounts.caches.paths) kept_sources.insert(path);
  COOPER_ASSIGN_OR_RETURN(
      const std::unique_ptr<PlacedMounts> places,
      PlacedMounts::Put({.root_fd = root.fd(),
                         .aside_fd = root.aside_fd(),
                         .keep = &root.keep(),
                         .in_place = root.in_place(),
                         .user_namespace = worker.catalog.node_options().user_namespace},
                        std::move(placed), kept_sources));
  Result<RunOutcome> outcome = sandbox.Run(request, log, stop);
  const Status taken_out = places->TakeOut();
  if (outcome.ok() && outcome->exit_status == 0 && !taken_out.ok()) return taken_out.error();
  return outcome;
}

// Caches, agents and copies are given back as soon as the command has ended.
Result<RunOutcome> RunWithMounts(StepWorker& worker, const Vertex& vertex, Sandbox& sandbox,
                                 const StepFiles& files, RunRequest request, LogSink& log,
                                 const std::stop_token& stop) {
  const CacheUse use = sandbox.has_mounts() ? CacheUse::kMounted : CacheUse::kMoved;
  COOPER_ASSIGN_OR_RETURN(
      RunMounts mounts,
      PrepareRunMounts(worker.catalog, vertex, worker.options.grants, use, log, stop));
  for (const auto& [name, value] : mounts.variables) SetEnv(request.env, name, value);
  if (!sandbox.has_mounts()) {
    const WorkingRoot* const root = files.working_root();
    if (root == nullptr) {
      return Error(DiagnosticKind::kInternal, "an overlay for a step without mounts");
    }
    return RunWithPlacedMounts(worker, sandbox, *root, mounts, std::move(request), log, stop);
  }
  request.mounts = std::move(mounts.mounts);
  request.known_owners = std::move(mounts.known_owners);
  return sandbox.Run(request, log, stop);
}

}  // namespace

Status DoRunStep(StepWorker& worker, const Step& step, std::stop_token stop) {
  LayerCatalog& catalog = worker.catalog;
  const Vertex& vertex = catalog.plan().graph.vertex(step.vertex);
  const auto* exec = std::get_if<ExecOp>(&vertex.op);
  if (exec == nullptr) {
    return Error(DiagnosticKind::kInternal, "a run step without a command");
  }
  COOPER_ASSIGN_OR_RETURN(Sandbox* const sandbox, worker.options.sandbox());

  const VertexId base = vertex.inputs[0].vertex;
  if (sandbox->root_form() == RootForm::kOverlay) {
    // Unpacking learns the indexes on its way; after them it would read each layer again.
    const auto unpacked = catalog.Snapshots(base);
    if (!unpacked.ok()) return unpacked.error();
  }
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, catalog.Tree(base));
  COOPER_ASSIGN_OR_RETURN(const RunUser user, LookUpRunUser(tree, exec->user));
  StepLog log(worker.observer, step);
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<StepFiles> files,
                          OpenStepFiles(catalog, worker.roots, base, catalog.LayerIdOf(step.vertex),
                                        sandbox->root_form(), log, stop));
  RunRequest request;
  request.root = files->root();
  request.args = exec->args;
  request.env = Environment(*exec, user, worker.options);
  request.cwd = exec->cwd;
  request.uid = user.uid;
  request.gid = user.gid;
  request.groups = user.groups;
  if (!exec->hostname.empty()) request.hostname = exec->hostname;
  request.network = exec->network;
  request.security = exec->security;
  request.extra_hosts = exec->extra_hosts;
  request.lower = [&tree](const std::string& path) { return tree.Find(path); };

  COOPER_ASSIGN_OR_RETURN(const RunOutcome outcome, RunWithMounts(worker, vertex, *sandbox, *files,
                                                                  std::move(request), log, stop));
  if (outcome.exit_status != 0) return RunFailure(*exec, outcome.exit_status, log.tail());

  COOPER_ASSIGN_OR_RETURN(const LayerIndex index, files->Keep(outcome));
  LayerRecord record;
  record.snapshot = true;
  record.created = worker.options.started;
  COOPER_ASSIGN_OR_RETURN(record.index, catalog.store().SaveIndex(index));
  return catalog.Record(step, record);
}

}  // namespace cooper
