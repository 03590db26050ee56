#include "planner/passes/assign_layers.h"

#include <gtest/gtest.h>

#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

TEST(AssignLayers, TakesTheChainOfFirstInputsBottomFirst) {
  PassHarness test(R"(%context = source.context "context"
%from = source.image "docker.io/library/busybox:1"
%dir = file.mkdir (%from) path="/srv"
%copy = file.copy (%dir, %context) from=["a"] to="/srv/"
%run = exec (%copy) args=["make"]
target "app" = %run
)");

  EXPECT_EQ(test.Run(AssignLayers()), PassEffect::kChanged);

  EXPECT_EQ(test.Plan(), "target \"app\" base=%from layers=[%dir, %copy, %run]\n");
}

TEST(AssignLayers, HasNoBaseOnScratch) {
  PassHarness test(R"(%from = source.scratch
%dir = file.mkdir (%from) path="/srv"
target "app" = %dir
)");

  test.Run(AssignLayers());

  ASSERT_EQ(test.plan().targets.size(), 1u);
  EXPECT_FALSE(test.plan().targets[0].base);
  EXPECT_EQ(test.Plan(), "target \"app\" layers=[%dir]\n");
}

TEST(AssignLayers, TakesAnImageAloneAsBaseWithoutLayers) {
  PassHarness test(R"(%from = source.layout "/images" tag="1"
target "app" = %from
)");

  test.Run(AssignLayers());

  ASSERT_EQ(test.plan().targets.size(), 1u);
  EXPECT_EQ(test.plan().targets[0].base, test.plan().graph.Find("from"));
  EXPECT_TRUE(test.plan().targets[0].layers.empty());
}

TEST(AssignLayers, ReportsWhatCannotBeInAnImage) {
  PassHarness test(R"(%from = source.scratch
%a = file.mkdir (%from) path="/a"
%merge = merge (%from, %a)
%dir = file.mkdir (%merge) path="/srv"
%context = source.context "context"
target "merged" = %dir
target "files" = %context
)");

  EXPECT_EQ(test.Run(AssignLayers()), PassEffect::kUnchanged);

  EXPECT_EQ(test.Diagnostics(),
            "graph.ir:4:1: error: `merge` cannot be part of the image of target `merged`; copy its "
            "files with `file.copy` [unsupported]\n"
            "graph.ir:6:1: error: target `files` starts from `source.context`; an image can start "
            "from `source.image`, `source.layout` or `source.scratch` [unsupported]\n");
  EXPECT_TRUE(test.plan().targets.empty());
}

TEST(AssignLayers, LimitsTheLayersOfAllTargetsTogether) {
  PassHarness test(R"(%from = source.scratch
%a = file.mkdir (%from) path="/a"
%b = file.mkdir (%a) path="/b"
target "one" = %b
target "two" = %b
)");
  AnalysisManager analyses(test.plan().graph);
  ExplainLog explain;
  PassContext context{.analyses = analyses, .diagnostics = test.diagnostics(), .explain = explain};

  const Result<PassEffect> effect = AssignLayers(3).Run(test.plan(), context);

  ASSERT_FALSE(effect.ok());
  EXPECT_EQ(effect.error().kind(), DiagnosticKind::kLimitExceeded);
  EXPECT_EQ(effect.error().message(), "target `two` brings the plan to 4 layers; the limit is 3");
  EXPECT_TRUE(AssignLayers(4).Run(test.plan(), context).ok());
}

}  // namespace
}  // namespace cooper
