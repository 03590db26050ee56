// Makes one vertex, the first, of those with equal definition digests, so that
// two stages that begin alike do their common part once.
//
//   %base = source.scratch
//   %a.run = exec (%base) args=["make"]
//   %b.run = exec (%base) args=["make"]
//   target "a" = %a.run
//   target "b" = %b.run
// =>
//   %base = source.scratch
//   %a.run = exec (%base) args=["make"]
//   target "a" = %a.run
//   target "b" = %a.run

#ifndef COOPER_PLANNER_PASSES_DEDUPE_VERTICES_H_
#define COOPER_PLANNER_PASSES_DEDUPE_VERTICES_H_

#include "planner/pass/pass.h"

namespace cooper {

class DedupeVertices : public Pass {
 public:
  std::string_view Name() const override { return "dedupe-vertices"; }
  std::string_view Summary() const override {
    return "makes one vertex of those with the same definition";
  }
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_DEDUPE_VERTICES_H_
