// A plan as a drawing for Mermaid, which GitLab and GitHub show in Markdown.

#ifndef COOPER_CLI_PLAN_FORMS_PLAN_MERMAID_H_
#define COOPER_CLI_PLAN_FORMS_PLAN_MERMAID_H_

#include <string>

#include "ir/plan/build_plan.h"

namespace cooper {

// A flowchart: a box a step, a frame a stage, arrows to what waits for it.
std::string PlanMermaid(const BuildPlan& plan);

}  // namespace cooper

#endif  // COOPER_CLI_PLAN_FORMS_PLAN_MERMAID_H_
