// What the drawings of a plan have in common: its steps, by stage.

#ifndef COOPER_CLI_PLAN_FORMS_PLAN_STEPS_H_
#define COOPER_CLI_PLAN_FORMS_PLAN_STEPS_H_

#include <string>
#include <utility>
#include <vector>

#include "ir/plan/build_plan.h"

namespace cooper {

// The stage's name, as the first part of the names of its vertices has it, and its steps;
// stages in the order of their first step.
std::vector<std::pair<std::string, std::vector<const Step*>>> StepsByStage(const BuildPlan& plan);

// The title, cut to what fits into a box of a drawing.
std::string BoxTitle(const BuildPlan& plan, const Step& step);

// `text` with each character that `replacements` names replaced.
std::string Replaced(const std::string& text,
                     const std::vector<std::pair<char, std::string>>& replacements);

}  // namespace cooper

#endif  // COOPER_CLI_PLAN_FORMS_PLAN_STEPS_H_
