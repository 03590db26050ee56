// The terse text form of a plan, for tests and `compile --emit=plan`.
//
//   1 fetch %build.from
//   2 run %build.run after=[1]
//   3 layer %app.copy after=[2] state=cached reason="..."

#ifndef COOPER_IR_PLAN_PLAN_PRINTER_H_
#define COOPER_IR_PLAN_PLAN_PRINTER_H_

#include <string>

#include "ir/plan/build_plan.h"

namespace cooper {

// The steps, one a line; before there are steps, the layers of each target:
//   target "app" base=%final.from layers=[%final.copy, %final.run]
// and a line for each detached copy:
//   detach %final.copy ground=%final.from
// A state is printed unless it is `run`, a reason where there is one.
std::string PrintPlan(const BuildPlan& plan);

}  // namespace cooper

#endif  // COOPER_IR_PLAN_PLAN_PRINTER_H_
