// The order of steps: what everything else waits for longest goes first.

#ifndef COOPER_PLANNER_SCHEDULE_STEP_ORDER_H_
#define COOPER_PLANNER_SCHEDULE_STEP_ORDER_H_

#include <vector>

#include "ir/plan/build_plan.h"
#include "planner/schedule/step_graph.h"

namespace cooper {

// Numbers the nodes in the order in which a single worker does them: of those
// whose predecessors are done, the one with the longest path of work behind it,
// then the first in graph order. The result depends on `nodes` alone. A
// predecessor that another one waits for already is left out of Step::after.
std::vector<Step> OrderSteps(const std::vector<StepNode>& nodes);

}  // namespace cooper

#endif  // COOPER_PLANNER_SCHEDULE_STEP_ORDER_H_
