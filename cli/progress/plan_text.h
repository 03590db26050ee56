// A plan for people: what will run and why, in at most 100 columns.

#ifndef COOPER_CLI_PROGRESS_PLAN_TEXT_H_
#define COOPER_CLI_PROGRESS_PLAN_TEXT_H_

#include <string>

#include "ir/plan/build_plan.h"

namespace cooper {

// Ends in a newline. Text from the Dockerfile is escaped.
std::string PlanText(const BuildPlan& plan);

// "3 steps: 2 to run, 1 cached".
std::string PlanSummary(const BuildPlan& plan);

// "RUN make -j2", or the vertex's name where the frontend gave no display name.
std::string StepTitle(const BuildPlan& plan, const Step& step);

// "Dockerfile:12"; empty for what the input does not say.
std::string StepPlace(const BuildPlan& plan, const Step& step);

// The first `width` columns of an escaped text, marked when something was left out.
std::string Shortened(const std::string& escaped, size_t width);
// In lines of `columns` columns at most, of which the first `indent` are blank; what does not
// fit into three lines is left out.
std::string Indented(const std::string& escaped, size_t indent, size_t columns);
// With blanks up to `width` columns.
std::string Padded(std::string escaped, size_t width);

}  // namespace cooper

#endif  // COOPER_CLI_PROGRESS_PLAN_TEXT_H_
