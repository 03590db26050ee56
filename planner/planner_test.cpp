#include "planner/planner.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>
#include <utility>

#include "ir/plan/plan_printer.h"
#include "planner/testing/fake_oracles.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

BuildGraph GraphOf(std::string_view text) { return std::move(PassHarness(text).plan().graph); }

constexpr std::string_view kGraph = R"(%build.from = source.image "docker.io/library/golang:1.24"
%build.run = exec (%build.from) args=["make", "app"]
%test.run = exec (%build.run) args=["make", "test"]
%app.from = source.scratch
%app.copy = file.copy (%app.from, %build.run) from=["/out/app"] to="/app"
target "app" = %app.copy
)";

TEST(MakePlan, RunsTheWholePipeline) {
  FakeContentOracle content;
  FakeCacheOracle cache;
  DiagnosticEngine diagnostics;
  ExplainLog explain;

  const auto plan =
      MakePlan(GraphOf(kGraph), {}, {.cache = &cache, .content = &content, .no_cache = false},
               diagnostics, explain);

  ASSERT_TRUE(plan.ok()) << plan.error().message();
  ASSERT_TRUE(plan->has_value());
  EXPECT_EQ(PrintPlan(**plan),
            R"(1 fetch %build.from reason="the image is not pinned to a digest"
2 run %build.run after=[1] reason="no record of this step"
3 layer %app.copy after=[2] reason="follows step 2, which runs"
)");
  ASSERT_EQ(explain.lines().size(), 4u);
  EXPECT_EQ(explain.lines()[0],
            "prune-unreachable: dropped %test.run: target `app` does not read it");
}

TEST(MakePlan, IsTheSameEveryTime) {
  DiagnosticEngine diagnostics;
  ExplainLog explain;
  const auto first = MakePlan(GraphOf(kGraph), {}, {}, diagnostics, explain);
  const auto second = MakePlan(GraphOf(kGraph), {}, {}, diagnostics, explain);

  ASSERT_TRUE(first.ok() && *first && second.ok() && *second);
  EXPECT_EQ(PrintPlan(**first), PrintPlan(**second));
}

TEST(MakePlan, ReturnsNothingForAFaultOfTheInput) {
  DiagnosticEngine diagnostics;
  ExplainLog explain;
  const auto plan =
      MakePlan(GraphOf("%context = source.context \"context\"\ntarget \"files\" = %context\n"), {},
               {}, diagnostics, explain);

  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan->has_value());
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

TEST(MakePlan, RefusesAGraphThatIsNotValid) {
  BuildGraph graph;
  graph.Add({.name = "twice", .op = SourceScratchOp{}, .inputs = {}, .metadata = {}});
  graph.Add({.name = "twice", .op = SourceScratchOp{}, .inputs = {}, .metadata = {}});
  DiagnosticEngine diagnostics;
  ExplainLog explain;

  const auto plan = MakePlan(std::move(graph), {}, {}, diagnostics, explain);

  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().kind(), DiagnosticKind::kGraphInvalid);
}

TEST(ListPasses, GivesEachPassAOneLineSummary) {
  for (const PassInfo& pass : ListPasses()) {
    EXPECT_FALSE(pass.summary.empty()) << pass.name;
    EXPECT_EQ(pass.summary.find('\n'), std::string_view::npos) << pass.name;
  }
}

}  // namespace
}  // namespace cooper
