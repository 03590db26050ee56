#include "planner/planner.h"

#include <memory>
#include <utility>

#include "ir/graph/graph_verifier.h"
#include "planner/pass_manager.h"
#include "planner/pipeline.h"

namespace cooper {

std::vector<PassInfo> ListPasses() {
  std::vector<PassInfo> infos;
  for (const std::unique_ptr<Pass>& pass : DefaultPipeline({})) {
    infos.push_back({.name = pass->Name(), .summary = pass->Summary()});
  }
  return infos;
}

Result<std::optional<BuildPlan>> MakePlan(BuildGraph graph, const PlannerOptions& options,
                                          const PlannerServices& services,
                                          DiagnosticEngine& diagnostics, ExplainLog& explain) {
  COOPER_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<Pass>> passes,
                          SelectPasses(options, services));
  COOPER_RETURN_IF_ERROR(VerifyGraph(graph));

  BuildPlan plan{.graph = std::move(graph), .targets = {}, .detached = {}, .steps = {}, .keys = {}};
  COOPER_RETURN_IF_ERROR(PassManager(std::move(passes), options).Run(plan, diagnostics, explain));
  if (diagnostics.has_errors()) return std::optional<BuildPlan>();
  return std::optional<BuildPlan>(std::move(plan));
}

}  // namespace cooper
