// Lists the steps that make the layers of every target, in the order in which a
// single worker does them. planner/schedule/ has the rules.
//
//   %build.from = source.image "docker.io/library/golang:1.24"
//   %build.run = exec (%build.from) args=["make", "app"]
//   %app.from = source.scratch
//   %app.copy = file.copy (%app.from, %build.run) from=["/out/app"] to="/app"
//   target "app" = %app.copy
// => the same graph, and
//   1 fetch %build.from
//   2 run %build.run after=[1]
//   3 layer %app.copy after=[2]

#ifndef COOPER_PLANNER_PASSES_SCHEDULE_H_
#define COOPER_PLANNER_PASSES_SCHEDULE_H_

#include "planner/pass/pass.h"

namespace cooper {

class Schedule : public Pass {
 public:
  std::string_view Name() const override { return "schedule"; }
  std::string_view Summary() const override { return "lists the steps and what each waits for"; }
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_SCHEDULE_H_
