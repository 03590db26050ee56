// Which steps a plan needs, and which of them each has to wait for.

#ifndef COOPER_PLANNER_SCHEDULE_STEP_GRAPH_H_
#define COOPER_PLANNER_SCHEDULE_STEP_GRAPH_H_

#include <cstdint>
#include <vector>

#include "ir/plan/build_plan.h"
#include "planner/analyses/users.h"

namespace cooper {

// A step before it has a number.
struct StepNode {
  StepKind kind = StepKind::kRun;
  VertexId vertex = 0;
  std::vector<uint32_t> after;  // indices of earlier nodes, ascending, each once
};

// For each vertex, whether its files must be on disk: it is an exec; an exec
// reads it; a file op that is done reads it as its source; or it lies below such
// a vertex on the chain of first inputs. The files of a vertex are its own change
// on top of everything below, so all of the chain is needed with it.
std::vector<bool> VerticesOnDisk(const BuildPlan& plan, const Users& users);

// The steps in graph order, so every node comes after those it waits for:
//   - `fetch` for an image, or a file behind a URL, that a step reads or a target
//     starts from;
//   - `run` for an exec, `file` for a file op whose files must be on disk;
//   - `prepare` for a detached copy;
//   - `layer` for a vertex that is a layer of some target, once for all targets.
// A file op that is nothing but a layer has no `file` step: its `layer` step
// streams the change from the source. It still waits for what is below, since
// looking up the destination and owners needs that metadata.
std::vector<StepNode> CollectSteps(const BuildPlan& plan, const Users& users);

}  // namespace cooper

#endif  // COOPER_PLANNER_SCHEDULE_STEP_GRAPH_H_
