// Who is told what a build does, step by step: progress output, records.

#ifndef COOPER_BACKENDS_EXECUTE_BUILD_OBSERVER_H_
#define COOPER_BACKENDS_EXECUTE_BUILD_OBSERVER_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "ir/base/error.h"
#include "ir/plan/build_plan.h"

namespace cooper {

// Called from worker threads, several at a time: implementations lock.
class BuildObserver {
 public:
  virtual ~BuildObserver() = default;

  virtual void StepStarted(const Step& step) = 0;
  // Output of a RUN step as it arrives, in pieces that may end anywhere.
  // `stream` is 1 or 2.
  virtual void StepOutput(const Step& step, int stream, std::string_view bytes) = 0;
  // `error` is null when the step succeeded.
  virtual void StepEnded(const Step& step, std::chrono::milliseconds took, const Error* error) = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_BUILD_OBSERVER_H_
