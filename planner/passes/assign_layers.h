// Decides which vertices become layers of each target: every exec and file op on
// the chain of first inputs below its root. The chain must end in a scratch, an
// image or a layout source; the latter two are the target's base.
//
//   %base = source.image "docker.io/library/busybox:1"
//   %dir = file.mkdir (%base) path="/srv"
//   %run = exec (%dir) args=["make"]
//   target "app" = %run
// => the same graph, and
//   target "app" base=%base layers=[%dir, %run]

#ifndef COOPER_PLANNER_PASSES_ASSIGN_LAYERS_H_
#define COOPER_PLANNER_PASSES_ASSIGN_LAYERS_H_

#include <cstddef>

#include "planner/pass/pass.h"

namespace cooper {

// Of all targets together: many targets on one long chain repeat its layers.
inline constexpr size_t kMaxLayersInPlan = 1'000'000;

class AssignLayers : public Pass {
 public:
  explicit AssignLayers(size_t max_layers = kMaxLayersInPlan) : max_layers_(max_layers) {}

  std::string_view Name() const override { return "assign-layers"; }
  std::string_view Summary() const override {
    return "decides which vertices become layers of each target";
  }
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override;

 private:
  size_t max_layers_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_ASSIGN_LAYERS_H_
