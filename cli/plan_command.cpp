#include <ostream>

#include "cli/commands.h"
#include "cli/compilation.h"
#include "cli/progress/plan_text.h"
#include "ir/plan/plan_json.h"

namespace cooper {

int RunPlan(const PlanOptions& options, CliEnvironment& environment) {
  Workshop workshop(options.input, environment, StoreUse::kRead);
  Compilation compilation(options.input, environment, workshop);
  if (Status status = compilation.Read(); !status.ok()) return compilation.Fail(&status.error());
  Result<std::optional<BuildGraph>> graph = compilation.Compile();
  if (!graph.ok()) return compilation.Fail(&graph.error());
  if (!*graph) return compilation.Fail(nullptr);
  Result<std::optional<BuildPlan>> plan = compilation.Plan(std::move(**graph), /*probe=*/true);
  if (!plan.ok()) return compilation.Fail(&plan.error());
  if (!*plan) return compilation.Fail(nullptr);
  environment.out << (options.format == PlanFormat::kJson ? PlanToJson(**plan) : PlanText(**plan));
  return 0;
}

}  // namespace cooper
