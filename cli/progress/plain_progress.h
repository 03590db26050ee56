// Progress as lines: how much there is to do; one when a step ends, with its time,
// and one when it begins, if it may take long; the output of RUN steps as it comes, each line with
// the step's number in front.

#ifndef COOPER_CLI_PROGRESS_PLAIN_PROGRESS_H_
#define COOPER_CLI_PROGRESS_PLAIN_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <mutex>
#include <string>

#include "backends/execute/build_observer.h"
#include "ir/plan/build_plan.h"

namespace cooper {

class PlainProgress : public BuildObserver {
 public:
  // Both are borrowed. `quiet` keeps everything back.
  PlainProgress(const BuildPlan& plan, std::ostream& out, bool quiet);

  // How many steps there are, and a line for each that is not to run.
  void ShowKept();

  // Lines about the build as a whole.
  void Note(std::string_view lines);

  void StepStarted(const Step& step) override;
  // Shows the first 16 MiB of a step.
  void StepOutput(const Step& step, int stream, std::string_view bytes) override;
  void StepEnded(const Step& step, std::chrono::milliseconds took, const Error* error) override;

 private:
  using Clock = std::chrono::steady_clock;

  struct Output {
    std::string line;  // has not ended yet
    uint64_t shown_bytes = 0;
  };

  void Line(const Step& step, std::string_view text);
  void EndLine(const Step& step, Output& output);

  const BuildPlan& plan_;
  std::ostream& out_;
  const bool quiet_;
  const Clock::time_point start_ = Clock::now();
  std::mutex mutex_;
  std::map<uint32_t, Output> outputs_;  // by the step's id
};

}  // namespace cooper

#endif  // COOPER_CLI_PROGRESS_PLAIN_PROGRESS_H_
