// The build plan: what will be done, in which order, and why.
//
// A plan starts as a graph alone. The planner's passes rewrite the graph, then
// decide which vertices become layers (`targets`), then list the steps. Backends
// execute the steps; everything that is shown of a build comes from here.

#ifndef COOPER_IR_PLAN_BUILD_PLAN_H_
#define COOPER_IR_PLAN_BUILD_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"
#include "ir/plan/cache_key.h"

namespace cooper {

enum class StepKind : uint8_t {
  kFetch,    // make an image's layers available in the store
  kRun,      // run an exec; the result is files on disk
  kFile,     // do a file op; the result is files on disk
  kPrepare,  // write the layer of a detached copy as if nothing ran below it
  kLayer,    // write the change of a vertex as a layer blob
};

enum class StepState : uint8_t {
  kRun,      // will be done
  kCached,   // its result is in the store
  kSkipped,  // nothing that will be done needs it
};

struct Step {
  uint32_t id = 0;  // from 1, in execution order of a single worker
  StepKind kind = StepKind::kRun;
  VertexId vertex = 0;
  std::vector<uint32_t> after;  // ids of steps that must have ended, ascending
  StepState state = StepState::kRun;
  std::string reason;         // why the state is what it is; empty before the cache was probed
  std::optional<Digest> key;  // of plan.keys
};

// One layer of an image: the change that `vertex` made to its first input.
struct LayerSpec {
  VertexId vertex = 0;
};

// A target's layers: those of the image `base`, if any, then `layers`, bottom
// first. Parallel to graph.targets().
struct TargetLayers {
  std::optional<VertexId> base;
  std::vector<LayerSpec> layers;
};

// A copy onto the result of a command whose layer may be written while the command
// runs: `copy` looks at `ground` instead, the last tree below it that no command made.
// Where that turns out to have told it something else, the layer is written again.
struct DetachedCopy {
  VertexId copy = 0;
  VertexId ground = 0;
};

struct BuildPlan {
  BuildGraph graph;
  std::vector<TargetLayers> targets;          // empty before assign-layers
  std::vector<DetachedCopy> detached;         // by copy, ascending; empty before detach-copy
  std::vector<Step> steps;                    // empty before schedule
  std::vector<std::optional<CacheKey>> keys;  // by vertex; empty before probe-cache
};

std::string_view NameOf(StepKind kind);    // "fetch", "run", "file", "prepare", "layer"
std::string_view NameOf(StepState state);  // "run", "cached", "skipped"

// The graph is valid; layers lie on their target's chain of first inputs in
// order; step ids count from 1; `after` names earlier steps; every layer of a
// target has exactly one layer step once there are steps; detached copies are layers
// above their ground.
Status VerifyPlan(const BuildPlan& plan);

}  // namespace cooper

#endif  // COOPER_IR_PLAN_BUILD_PLAN_H_
