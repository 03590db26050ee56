#include <ostream>

#include "cli/commands.h"
#include "cli/compilation.h"
#include "ir/graph/text/graph_printer.h"
#include "ir/plan/plan_printer.h"
#include "ir/text/url_text.h"

namespace cooper {

int RunCompile(const CompileOptions& options, CliEnvironment& environment) {
  Workshop workshop(options.input, environment, StoreUse::kRead);
  Compilation compilation(options.input, environment, workshop);
  if (Status status = compilation.Read(); !status.ok()) return compilation.Fail(&status.error());

  if (options.emit == EmitStage::kAst) {
    const Result<std::optional<std::string>> tree = compilation.PrintTree();
    if (!tree.ok()) return compilation.Fail(&tree.error());
    if (!*tree) return compilation.Fail(nullptr);
    environment.out << HideUserinfo(**tree);
    return 0;
  }
  Result<std::optional<BuildGraph>> graph = compilation.Compile();
  if (!graph.ok()) return compilation.Fail(&graph.error());
  if (!*graph) return compilation.Fail(nullptr);
  environment.err << std::flush;
  if (options.emit == EmitStage::kIr && options.input.planner.passes.empty()) {
    environment.out << PrintGraph(**graph, {.metadata = options.locations});
    return 0;
  }
  Result<std::optional<BuildPlan>> plan = compilation.Plan(std::move(**graph), /*probe=*/false);
  if (!plan.ok()) return compilation.Fail(&plan.error());
  if (!*plan) return compilation.Fail(nullptr);
  environment.out << (options.emit == EmitStage::kIr
                          ? PrintGraph((*plan)->graph, {.metadata = options.locations})
                          : PrintPlan(**plan));
  return 0;
}

}  // namespace cooper
