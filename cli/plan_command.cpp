#include <algorithm>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/compilation.h"
#include "cli/plan_forms/plan_dot.h"
#include "cli/plan_forms/plan_markdown.h"
#include "cli/plan_forms/plan_mermaid.h"
#include "cli/progress/plan_text.h"
#include "ir/plan/plan_json.h"

namespace cooper {
namespace {

constexpr int kWorkToDo = 2;

std::string InFormat(PlanFormat format, const BuildPlan& plan) {
  switch (format) {
    case PlanFormat::kText:
      return PlanText(plan);
    case PlanFormat::kJson:
      return PlanToJson(plan);
    case PlanFormat::kDot:
      return PlanDot(plan);
    case PlanFormat::kMermaid:
      return PlanMermaid(plan);
    case PlanFormat::kMarkdown:
      return PlanMarkdown(plan);
  }
  return {};
}

bool IsWorkToDo(const BuildPlan& plan) {
  return std::ranges::any_of(plan.steps,
                             [](const Step& step) { return step.state == StepState::kRun; });
}

// Everything but a plan is 1 for who asks for 2 to mean that there is work.
int FaultCode(const PlanOptions& options, int code) {
  return options.detailed_exit_code && code < 128 ? 1 : code;
}

}  // namespace

int RunPlan(const PlanOptions& options, CliEnvironment& environment) {
  Workshop workshop(options.input, environment, StoreUse::kRead);
  Compilation compilation(options.input, environment, workshop);
  if (Status status = compilation.Read(); !status.ok())
    return FaultCode(options, compilation.Fail(&status.error()));
  Result<std::optional<BuildGraph>> graph = compilation.Compile();
  if (!graph.ok()) return FaultCode(options, compilation.Fail(&graph.error()));
  if (!*graph) return FaultCode(options, compilation.Fail(nullptr));
  Result<std::optional<BuildPlan>> plan = compilation.Plan(std::move(**graph), /*probe=*/true);
  if (!plan.ok()) return FaultCode(options, compilation.Fail(&plan.error()));
  if (!*plan) return FaultCode(options, compilation.Fail(nullptr));
  environment.out << InFormat(options.format, **plan);
  return options.detailed_exit_code && IsWorkToDo(**plan) ? kWorkToDo : 0;
}

}  // namespace cooper
