// From a build graph to a build plan: runs the pass pipeline.

#ifndef COOPER_PLANNER_PLANNER_H_
#define COOPER_PLANNER_PLANNER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"
#include "ir/plan/build_plan.h"
#include "planner/cache/planner_services.h"
#include "planner/explain/explain_log.h"

namespace cooper {

enum class DumpIr : uint8_t { kNever, kAfterChange, kAfterAll };

struct PlannerOptions {
  std::vector<std::string> passes;  // --passes: these, in this order; empty: the default pipeline
  std::vector<std::string> skip;    // --skip-pass
  DumpIr dump_ir = DumpIr::kNever;
  bool time_passes = false;
  // Receives dumps ("// 2 dedupe-vertices" and the plan's text) and timings.
  std::function<void(std::string_view)> output;
};

struct PassInfo {
  std::string_view name;
  std::string_view summary;
};

// The default pipeline in order, for `--list-passes`.
std::vector<PassInfo> ListPasses();

// Runs the pipeline on `graph`, which is verified first (kGraphInvalid). Nothing is
// returned when `diagnostics` got an error. Errors: kUnknownPass, what the oracles
// returned, and kInternal when a pass broke an invariant.
Result<std::optional<BuildPlan>> MakePlan(BuildGraph graph, const PlannerOptions& options,
                                          const PlannerServices& services,
                                          DiagnosticEngine& diagnostics, ExplainLog& explain);

}  // namespace cooper

#endif  // COOPER_PLANNER_PLANNER_H_
