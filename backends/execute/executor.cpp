#include "backends/execute/executor.h"

#include <chrono>
#include <utility>

#include "backends/execute/step_worker.h"
#include "backends/execute/task_scheduler.h"
#include "backends/sandbox/resolv_conf.h"

namespace cooper {
namespace {

Status DoStep(StepWorker& worker, const Step& step, std::stop_token stop) {
  switch (step.kind) {
    case StepKind::kFetch:
      return DoFetchStep(worker, step, stop);
    case StepKind::kRun:
      return DoRunStep(worker, step, stop);
    case StepKind::kFile:
      return DoFileStep(worker, step, stop);
    case StepKind::kPrepare:
      return DoPrepareStep(worker, step, stop);
    case StepKind::kLayer:
      return DoLayerStep(worker, step, stop);
  }
  return Error(DiagnosticKind::kInternal, "a step of unknown kind");
}

Status DoAndReport(StepWorker& worker, const Step& step, std::stop_token stop) {
  using Clock = std::chrono::steady_clock;
  worker.observer.StepStarted(step);
  const Clock::time_point start = Clock::now();
  Status status = DoStep(worker, step, stop);
  if (!status.ok()) {
    const Vertex& vertex = worker.catalog.plan().graph.vertex(step.vertex);
    if (!vertex.metadata.ranges.empty()) status.error().At(vertex.metadata.ranges.front());
  }
  worker.observer.StepEnded(
      step, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start),
      status.ok() ? nullptr : &status.error());
  return status;
}

}  // namespace

Status ExecuteSteps(LayerCatalog& catalog, ImageSource& images, HttpSource& downloads,
                    const ExecutorOptions& options, BuildObserver& observer, std::stop_token stop) {
  COOPER_RETURN_IF_ERROR(CheckRunGrants(catalog.plan(), options.grants));
  PreparedLayers prepared;
  WorkingRoots roots(catalog, {.path = "/", .keep = options.kept_paths});
  const std::string resolv_conf = ReadResolvConf();
  StepWorker worker{catalog, roots, images, downloads, options, resolv_conf, observer, prepared};
  const std::vector<Step>& steps = catalog.plan().steps;
  std::vector<ScheduledTask> tasks;
  tasks.reserve(steps.size());
  for (const Step& step : steps) {
    ScheduledTask task;
    // Step ids count from 1 in the order of the list.
    for (const uint32_t earlier : step.after) task.after.push_back(earlier - 1);
    // No RUN waits for a layer: a long one must not keep those back that could start.
    if (step.kind == StepKind::kLayer || step.kind == StepKind::kPrepare) {
      task.slot = TaskSlot::kBackground;
    }
    if (step.state == StepState::kRun) {
      task.work = [&worker, &step](std::stop_token token) {
        return DoAndReport(worker, step, std::move(token));
      };
    } else {
      task.work = [](std::stop_token) { return Ok(); };
    }
    tasks.push_back(std::move(task));
  }
  return RunTasks(tasks, {.foreground = options.jobs, .background = options.layers_at_a_time},
                  std::move(stop));
}

}  // namespace cooper
