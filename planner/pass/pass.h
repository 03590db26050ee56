// The interface of a planner pass: one rewrite of a BuildPlan.
//
// Early passes rewrite the plan's graph, later ones fill in its layers and its
// steps. The PassManager owns every pass, runs them in pipeline order, and runs
// the verifier after each pass that reports a change. A pass keeps no state
// between runs, so one instance may serve many plans, one at a time.

#ifndef COOPER_PLANNER_PASS_PASS_H_
#define COOPER_PLANNER_PASS_PASS_H_

#include <cstdint>
#include <string_view>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/result.h"
#include "ir/plan/build_plan.h"
#include "planner/explain/explain_log.h"
#include "planner/pass/analysis_manager.h"

namespace cooper {

// What one run did. `kUnchanged` promises that the plan prints to the same
// bytes as before the run; debug builds check it.
enum class PassEffect : uint8_t { kUnchanged, kChanged };

// What a pass may use besides the plan. Borrowed for the run.
struct PassContext {
  AnalysisManager& analyses;
  DiagnosticEngine& diagnostics;
  ExplainLog& explain;
};

class Pass {
 public:
  virtual ~Pass() = default;

  // The name used in `--passes`, in golden tests and in `--explain` output:
  // lower-case words joined by hyphens, such as "prune-unreachable".
  virtual std::string_view Name() const = 0;

  // One line for `--list-passes`. Says what changes in the plan, not how.
  virtual std::string_view Summary() const = 0;

  // Rewrites `plan` in place.
  //
  // Faults in the user's input go to `context.diagnostics`, each with the source
  // range that caused it; the run still returns an effect. An Error means the
  // pass could not finish: `plan` is then unspecified and the pipeline stops.
  //
  // A reference obtained from `context.analyses` is valid until this function
  // next edits the plan's graph.
  virtual Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const = 0;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASS_PASS_H_
