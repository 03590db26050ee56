#include "planner/passes/prune_unreachable.h"

#include <fmt/format.h>

#include "planner/analyses/reachability.h"
#include "planner/passes/pass_order.h"

namespace cooper {

Result<PassEffect> PruneUnreachable::Run(BuildPlan& plan, PassContext& context) const {
  COOPER_RETURN_IF_ERROR(CheckNoLayersYet(plan, Name()));

  const auto& reachability = context.analyses.Get<Reachability>();
  const std::vector<std::string> dropped =
      plan.graph.Erase([&](VertexId id) { return !reachability.IsReached(id); });

  const std::vector<Target>& targets = plan.graph.targets();
  const std::string reason = targets.size() == 1
                                 ? fmt::format("target `{}` does not read it", targets[0].name)
                                 : "no target reads it";
  for (const std::string& name : dropped) {
    context.explain.Add(Name(), fmt::format("dropped %{}: {}", name, reason));
  }
  return dropped.empty() ? PassEffect::kUnchanged : PassEffect::kChanged;
}

}  // namespace cooper
