// What a unit test of a pass needs: a plan from graph text, one pass at a time,
// and everything that can be seen of it as text. For one thread.

#ifndef COOPER_PLANNER_TESTING_PASS_HARNESS_H_
#define COOPER_PLANNER_TESTING_PASS_HARNESS_H_

#include <string>
#include <string_view>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_files.h"
#include "ir/plan/build_plan.h"
#include "planner/explain/explain_log.h"
#include "planner/pass/pass.h"

namespace cooper {

class PassHarness {
 public:
  // From graph text without its first line, "graph.ir" in diagnostics. A fault
  // in the text fails the test.
  explicit PassHarness(std::string_view graph_text);

  // Runs `pass` and verifies the plan. An Error fails the test, and so does a
  // kUnchanged that is not true.
  PassEffect Run(const Pass& pass);

  std::string Graph() const;        // the graph's text without its first line
  std::string Plan() const;         // steps or layers
  std::string Explain() const;      // a line each
  std::string Diagnostics() const;  // as a user reads them, without the excerpt

  const Vertex& VertexNamed(std::string_view name) const;
  BuildPlan& plan() { return plan_; }
  DiagnosticEngine& diagnostics() { return diagnostics_; }

 private:
  SourceFiles files_;
  DiagnosticEngine diagnostics_;
  ExplainLog explain_;
  BuildPlan plan_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_TESTING_PASS_HARNESS_H_
