#include "cli/history/build_recorder.h"

#include <chrono>
#include <utility>
#include <vector>

#include "ir/text/text.h"

namespace cooper {
namespace {

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

BuildRecorder::BuildRecorder(const BuildPlan& plan, const Digest& project, BuildHistory& history,
                             BuildObserver& next)
    : plan_(plan), project_(project), history_(history), next_(next), started_ms_(NowMs()) {
  report_.steps = StepsOf(plan);
}

BuildRecorder::~BuildRecorder() {
  report_.started_s = started_ms_ / 1000;
  report_.took_ms = NowMs() - started_ms_;
  RecordKeys();
  history_.PutBuild(project_, BuildReportToJson(report_));
}

void BuildRecorder::StepEnded(const Step& step, std::chrono::milliseconds took,
                              const Error* error) {
  {
    const std::lock_guard lock(mutex_);
    StepReport& report = report_.steps[step.id - 1];
    report.outcome = error == nullptr ? StepOutcome::kDone : StepOutcome::kFailed;
    report.took_ms = took.count();
    if (error != nullptr) report.error = EscapeForTerminal(error->message());
  }
  next_.StepEnded(step, took, error);
}

void BuildRecorder::UseIsolation(std::string_view rung) {
  const std::lock_guard lock(mutex_);
  report_.isolation = rung;
}

void BuildRecorder::ImageMade(const std::string& target, const Digest& image) {
  const std::lock_guard lock(mutex_);
  report_.images.emplace_back(EscapeForTerminal(target), image.ToString());
}

// Of the steps that have a result, and of the sources that they are made from; a step
// that failed was not built with its key.
void BuildRecorder::RecordKeys() {
  std::vector<bool> ran(plan_.graph.size(), false);
  std::vector<bool> wanting(plan_.graph.size(), false);
  for (const Step& step : plan_.steps) {
    const StepOutcome outcome = report_.steps[step.id - 1].outcome;
    if (outcome == StepOutcome::kDone) ran[step.vertex] = true;
    if (outcome == StepOutcome::kFailed || outcome == StepOutcome::kNotReached) {
      wanting[step.vertex] = true;
    }
  }
  std::vector<KeyRecord> records;
  for (VertexId id = 0; id < plan_.keys.size(); ++id) {
    if (!plan_.keys[id] || wanting[id]) continue;
    const Vertex& vertex = plan_.graph.vertex(id);
    records.push_back({.key = plan_.keys[id]->digest,
                       .project = project_,
                       .title = vertex.metadata.display_name,
                       .name = vertex.name,
                       .text = CacheKeyToJson(*plan_.keys[id]),
                       .complete = ran[id]});
  }
  history_.PutKeys(records);
}

}  // namespace cooper
