// Runs passes in order over one plan and checks them.
//
// Owns the passes; borrows everything else for the run. Not thread-safe.

#ifndef COOPER_PLANNER_PASS_MANAGER_H_
#define COOPER_PLANNER_PASS_MANAGER_H_

#include <memory>
#include <vector>

#include "planner/pass/pass.h"
#include "planner/planner.h"

namespace cooper {

class PassManager {
 public:
  // Of `options`, what to dump and to time; the passes are those given.
  PassManager(std::vector<std::unique_ptr<Pass>> passes, const PlannerOptions& options)
      : passes_(std::move(passes)), options_(options) {}

  // Stops after a pass that reported a fault to `diagnostics`, since later passes
  // rely on what it did not do. The error is that of a pass, or kInternal naming
  // the pass that left a plan which VerifyPlan refuses. Debug builds abort when a
  // pass changed a plan and said kUnchanged.
  Status Run(BuildPlan& plan, DiagnosticEngine& diagnostics, ExplainLog& explain) const;

 private:
  Status RunPass(const Pass& pass, size_t number, BuildPlan& plan, PassContext& context) const;
  void Dump(const Pass& pass, size_t number, const BuildPlan& plan) const;

  std::vector<std::unique_ptr<Pass>> passes_;
  const PlannerOptions& options_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASS_MANAGER_H_
