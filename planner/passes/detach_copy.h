// Lets the layer of a copy be written while the commands below it run: what a copy
// must know of its base, such as whether the destination is a link, is seldom changed
// by them. The layer is the same as without.
//
//   %from = source.image "docker.io/library/debian:12"
//   %run = exec (%from) args=["apt-get", "install", "php"]
//   %copy = file.copy (%run, %context) from=["/src"] to="/app"
//   target "app" base=%from layers=[%run, %copy]
// => the same, and
//   detach %copy ground=%from

#ifndef COOPER_PLANNER_PASSES_DETACH_COPY_H_
#define COOPER_PLANNER_PASSES_DETACH_COPY_H_

#include "planner/pass/pass.h"

namespace cooper {

class DetachCopy : public Pass {
 public:
  std::string_view Name() const override { return "detach-copy"; }
  std::string_view Summary() const override {
    return "lets layers of copies be written beside the commands below them";
  }
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_DETACH_COPY_H_
