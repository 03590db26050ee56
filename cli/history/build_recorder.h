// Writes down what a build did, for the explanations of later ones.

#ifndef COOPER_CLI_HISTORY_BUILD_RECORDER_H_
#define COOPER_CLI_HISTORY_BUILD_RECORDER_H_

#include <cstdint>
#include <mutex>
#include <string>

#include "backends/execute/build_observer.h"
#include "backends/store/records/build_history.h"
#include "cli/history/build_report.h"
#include "ir/plan/build_plan.h"

namespace cooper {

class BuildRecorder : public BuildObserver {
 public:
  // All but `project` is borrowed; `next` is told everything as well.
  BuildRecorder(const BuildPlan& plan, const Digest& project, BuildHistory& history,
                BuildObserver& next);
  // Records, however the build ended.
  ~BuildRecorder() override;

  void StepStarted(const Step& step) override { next_.StepStarted(step); }
  void StepOutput(const Step& step, int stream, std::string_view bytes) override {
    next_.StepOutput(step, stream, bytes);
  }
  void StepEnded(const Step& step, std::chrono::milliseconds took, const Error* error) override;

  void UseIsolation(std::string_view rung);
  void ImageMade(const std::string& target, const Digest& image);

 private:
  void RecordKeys();

  const BuildPlan& plan_;
  const Digest project_;
  BuildHistory& history_;
  BuildObserver& next_;
  const int64_t started_ms_;
  std::mutex mutex_;
  BuildReport report_;
};

}  // namespace cooper

#endif  // COOPER_CLI_HISTORY_BUILD_RECORDER_H_
