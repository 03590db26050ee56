// A plan as a drawing for Graphviz.

#ifndef COOPER_CLI_PLAN_FORMS_PLAN_DOT_H_
#define COOPER_CLI_PLAN_FORMS_PLAN_DOT_H_

#include <string>

#include "ir/plan/build_plan.h"

namespace cooper {

// `dot -Tsvg` draws it: a box a step, a frame a stage, arrows to what waits for it.
std::string PlanDot(const BuildPlan& plan);

}  // namespace cooper

#endif  // COOPER_CLI_PLAN_FORMS_PLAN_DOT_H_
