// Computes the cache key of each step and, with a cache, says which steps run.
//
// The cache is asked from the targets backwards: a step that nothing to be done
// needs is skipped, so a build whose layers are all in the store runs nothing.
//
//   1 fetch %base
//   2 run %run after=[1]
//   3 layer %run after=[2]
// =>
//   1 fetch %base state=cached reason="in the store"
//   2 run %run after=[1] reason="no record of this step"
//   3 layer %run after=[2] reason="follows step 2, which runs"

#ifndef COOPER_PLANNER_PASSES_PROBE_CACHE_H_
#define COOPER_PLANNER_PASSES_PROBE_CACHE_H_

#include "planner/cache/planner_services.h"
#include "planner/pass/pass.h"

namespace cooper {

class ProbeCache : public Pass {
 public:
  explicit ProbeCache(const PlannerServices& services) : services_(services) {}

  std::string_view Name() const override { return "probe-cache"; }
  std::string_view Summary() const override {
    return "says which steps are in the cache, and why the others run";
  }
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override;

 private:
  PlannerServices services_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_PROBE_CACHE_H_
