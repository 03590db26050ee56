// The JSON form of a plan; docs/plan-json.md describes its version 1.

#ifndef COOPER_IR_PLAN_PLAN_JSON_H_
#define COOPER_IR_PLAN_PLAN_JSON_H_

#include <string>

#include "ir/plan/build_plan.h"

namespace cooper {

inline constexpr int kPlanJsonVersion = 1;

// Indented, ends in a newline, keys in a fixed order. Holds version, targets
// (name, platform, base, layers), steps (id, kind, vertex, name, op, source file
// and line, after, state, reason, key) and totals per state.
std::string PlanToJson(const BuildPlan& plan);

}  // namespace cooper

#endif  // COOPER_IR_PLAN_PLAN_JSON_H_
