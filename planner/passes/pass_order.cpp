#include "planner/passes/pass_order.h"

#include <fmt/format.h>

namespace cooper {

Status CheckNoLayersYet(const BuildPlan& plan, std::string_view pass) {
  if (plan.targets.empty() && plan.steps.empty()) return Ok();
  return Error(
      DiagnosticKind::kUsage,
      fmt::format("pass `{}` changes the graph after its layers were chosen; put it before "
                  "`assign-layers`",
                  pass));
}

Status CheckHasLayers(const BuildPlan& plan, std::string_view pass) {
  if (plan.targets.size() == plan.graph.targets().size()) return Ok();
  return Error(
      DiagnosticKind::kUsage,
      fmt::format("pass `{}` needs the layers of every target; put `assign-layers` before it",
                  pass));
}

}  // namespace cooper
