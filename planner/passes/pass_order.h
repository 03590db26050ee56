// Checks that passes were asked for in an order that works; with `--passes` the
// user chooses it.

#ifndef COOPER_PLANNER_PASSES_PASS_ORDER_H_
#define COOPER_PLANNER_PASSES_PASS_ORDER_H_

#include <string_view>

#include "ir/base/result.h"
#include "ir/plan/build_plan.h"

namespace cooper {

// For passes that renumber vertices: layers and steps hold vertex ids, so they
// must not be there yet. kUsage otherwise, naming `pass`.
Status CheckNoLayersYet(const BuildPlan& plan, std::string_view pass);

// For passes that read the layers. kUsage when they are not there.
Status CheckHasLayers(const BuildPlan& plan, std::string_view pass);

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_PASS_ORDER_H_
