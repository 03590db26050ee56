// The default pipeline, and the choice of passes from it.

#ifndef COOPER_PLANNER_PIPELINE_H_
#define COOPER_PLANNER_PIPELINE_H_

#include <memory>
#include <vector>

#include "ir/base/result.h"
#include "planner/pass/pass.h"
#include "planner/planner.h"

namespace cooper {

// All passes of the default pipeline, in order.
std::vector<std::unique_ptr<Pass>> DefaultPipeline(const PlannerServices& services);

// `options.passes` in the order given, or the default pipeline, without
// `options.skip`. kUnknownPass for a name that is not there, with the nearest.
Result<std::vector<std::unique_ptr<Pass>>> SelectPasses(const PlannerOptions& options,
                                                        const PlannerServices& services);

}  // namespace cooper

#endif  // COOPER_PLANNER_PIPELINE_H_
