// Removes the vertices that no target reads, directly or through inputs; mounts
// of an exec are inputs too.
//
//   %base = source.scratch
//   %app = file.mkdir (%base) path="/app"
//   %test = file.mkdir (%app) path="/test"
//   target "app" = %app
// =>
//   %base = source.scratch
//   %app = file.mkdir (%base) path="/app"
//   target "app" = %app

#ifndef COOPER_PLANNER_PASSES_PRUNE_UNREACHABLE_H_
#define COOPER_PLANNER_PASSES_PRUNE_UNREACHABLE_H_

#include "planner/pass/pass.h"

namespace cooper {

class PruneUnreachable : public Pass {
 public:
  std::string_view Name() const override { return "prune-unreachable"; }
  std::string_view Summary() const override { return "removes vertices that no target reads"; }
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_PRUNE_UNREACHABLE_H_
