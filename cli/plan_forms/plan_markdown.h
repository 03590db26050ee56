// A plan as Markdown, for a merge request or the summary of a job.

#ifndef COOPER_CLI_PLAN_FORMS_PLAN_MARKDOWN_H_
#define COOPER_CLI_PLAN_FORMS_PLAN_MARKDOWN_H_

#include <string>

#include "ir/plan/build_plan.h"

namespace cooper {

// What runs and why, as a table; what is cached and the drawing, folded.
std::string PlanMarkdown(const BuildPlan& plan);

}  // namespace cooper

#endif  // COOPER_CLI_PLAN_FORMS_PLAN_MARKDOWN_H_
