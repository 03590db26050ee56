#include "planner/pass_manager.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "ir/graph/text/graph_printer.h"
#include "ir/plan/plan_printer.h"

namespace cooper {
namespace {

std::string PlanText(const BuildPlan& plan) { return PrintGraph(plan.graph) + PrintPlan(plan); }

// Holds a pass to its promise; costs two prints of the plan, so not in releases.
class UnchangedCheck {
 public:
#ifndef NDEBUG
  explicit UnchangedCheck(const BuildPlan& plan) : before_(PlanText(plan)) {}

  void Check(const Pass& pass, const BuildPlan& plan) const {
    if (PlanText(plan) == before_) return;
    fmt::print(stderr, "pass `{}` changed the plan and said that it did not\n", pass.Name());
    std::abort();
  }

 private:
  std::string before_;
#else
  explicit UnchangedCheck(const BuildPlan&) {}
  void Check(const Pass&, const BuildPlan&) const {}
#endif
};

}  // namespace

Status PassManager::Run(BuildPlan& plan, DiagnosticEngine& diagnostics, ExplainLog& explain) const {
  AnalysisManager analyses(plan.graph);
  PassContext context{.analyses = analyses, .diagnostics = diagnostics, .explain = explain};
  const size_t errors_before = diagnostics.error_count();
  size_t number = 0;
  for (const std::unique_ptr<Pass>& pass : passes_) {
    COOPER_RETURN_IF_ERROR(RunPass(*pass, ++number, plan, context));
    if (diagnostics.error_count() > errors_before) break;
  }
  return Ok();
}

Status PassManager::RunPass(const Pass& pass, size_t number, BuildPlan& plan,
                            PassContext& context) const {
  using Clock = std::chrono::steady_clock;
  const UnchangedCheck unchanged(plan);
  const Clock::time_point begin = Clock::now();
  COOPER_ASSIGN_OR_RETURN(const PassEffect effect, pass.Run(plan, context));
  const std::chrono::duration<double, std::milli> elapsed = Clock::now() - begin;

  if (effect == PassEffect::kUnchanged) {
    unchanged.Check(pass, plan);
  } else {
    context.analyses.Invalidate();
    if (Status valid = VerifyPlan(plan); !valid.ok()) {
      return Error(DiagnosticKind::kInternal, fmt::format("pass `{}` left an invalid plan: {}",
                                                          pass.Name(), valid.error().message()));
    }
  }
  if (!options_.output) return Ok();
  if (options_.time_passes) {
    options_.output(fmt::format("// {} {}: {:.3f} ms\n", number, pass.Name(), elapsed.count()));
  }
  if (options_.dump_ir == DumpIr::kAfterAll ||
      (options_.dump_ir == DumpIr::kAfterChange && effect == PassEffect::kChanged)) {
    Dump(pass, number, plan);
  }
  return Ok();
}

void PassManager::Dump(const Pass& pass, size_t number, const BuildPlan& plan) const {
  options_.output(fmt::format("// {} {}\n{}", number, pass.Name(), PlanText(plan)));
}

}  // namespace cooper
