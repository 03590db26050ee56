#include "planner/pass/analysis_manager.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

VertexId AddMkdir(BuildGraph& graph, std::string name, VertexId input) {
  return graph.Add(
      {.name = std::move(name), .op = FileMkdirOp{}, .inputs = {{input}}, .metadata = {}});
}

TEST(AnalysisManager, KeepsAnAnalysisUntilInvalidated) {
  BuildGraph graph;
  const VertexId scratch =
      graph.Add({.name = "scratch", .op = SourceScratchOp{}, .inputs = {}, .metadata = {}});
  AnalysisManager analyses(graph);
  ASSERT_EQ(analyses.Get<Users>().Of(scratch).size(), 0u);

  AddMkdir(graph, "mkdir", scratch);
  EXPECT_EQ(analyses.Get<Users>().Of(scratch).size(), 0u);

  analyses.Invalidate();
  EXPECT_EQ(analyses.Get<Users>().Of(scratch).size(), 1u);
}

}  // namespace
}  // namespace cooper
