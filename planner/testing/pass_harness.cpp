#include "planner/testing/pass_harness.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "ir/base/diagnostic_printer.h"
#include "ir/graph/text/graph_parser.h"
#include "ir/graph/text/graph_printer.h"
#include "ir/plan/plan_printer.h"

namespace cooper {

PassHarness::PassHarness(std::string_view graph_text) {
  const uint32_t file = files_.Add("graph.ir", "graph version=1\n" + std::string(graph_text));
  std::optional<BuildGraph> graph = ParseGraph(files_, file, diagnostics_);
  if (graph) {
    plan_.graph = *std::move(graph);
  } else {
    ADD_FAILURE() << FormatDiagnostics(diagnostics_, files_);
  }
}

PassEffect PassHarness::Run(const Pass& pass) {
  AnalysisManager analyses(plan_.graph);
  PassContext context{.analyses = analyses, .diagnostics = diagnostics_, .explain = explain_};
  const std::string before = Graph() + Plan();
  Result<PassEffect> effect = pass.Run(plan_, context);
  if (!effect.ok()) {
    ADD_FAILURE() << pass.Name() << ": " << effect.error().message();
    return PassEffect::kUnchanged;
  }
  if (*effect == PassEffect::kUnchanged) {
    EXPECT_EQ(Graph() + Plan(), before) << pass.Name();
  }
  if (Status valid = VerifyPlan(plan_); !valid.ok()) {
    ADD_FAILURE() << pass.Name() << ": " << valid.error().message();
  }
  return *effect;
}

std::string PassHarness::Graph() const {
  const std::string text = PrintGraph(plan_.graph);
  return text.substr(text.find('\n') + 1);
}

std::string PassHarness::Plan() const { return PrintPlan(plan_); }

std::string PassHarness::Explain() const {
  std::string text;
  for (const std::string& line : explain_.lines()) text += line + '\n';
  return text;
}

std::string PassHarness::Diagnostics() const {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics_.Sorted()) {
    const std::string shown = FormatDiagnostic(diagnostic, files_);
    text += shown.substr(0, shown.find('\n') + 1);
  }
  return text;
}

const Vertex& PassHarness::VertexNamed(std::string_view name) const {
  return plan_.graph.vertex(plan_.graph.Find(name).value());
}

}  // namespace cooper
