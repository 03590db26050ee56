#include "planner/passes/prune_unreachable.h"

#include <gtest/gtest.h>

#include "planner/passes/assign_layers.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

TEST(PruneUnreachable, DropsVertexThatTheTargetDoesNotRead) {
  PassHarness test(R"(%build.from = source.image "docker.io/library/golang:1.24"
%build.run = exec (%build.from) args=["make", "app"]
%test.run = exec (%build.run) args=["make", "test"]
%app.from = source.scratch
%app.copy = file.copy (%app.from, %build.run) from=["/out/app"] to="/app"
target "app" = %app.copy
)");

  EXPECT_EQ(test.Run(PruneUnreachable()), PassEffect::kChanged);

  EXPECT_EQ(test.Graph(), R"(%build.from = source.image "docker.io/library/golang:1.24"
%build.run = exec (%build.from) args=["make", "app"]
%app.from = source.scratch
%app.copy = file.copy (%app.from, %build.run) from=["/out/app"] to="/app"
target "app" = %app.copy
)");
  EXPECT_EQ(test.Explain(),
            "prune-unreachable: dropped %test.run: target `app` does not read it\n");
}

TEST(PruneUnreachable, KeepsVertexReadOnlyThroughMount) {
  PassHarness test(R"(%tools = source.image "docker.io/library/golang:1.24"
%app.from = source.scratch
%app.run = exec (%app.from) args=["/go/build"] {
  mount bind from=%tools target="/go" read_only=true
}
target "app" = %app.run
)");

  EXPECT_EQ(test.Run(PruneUnreachable()), PassEffect::kUnchanged);

  EXPECT_EQ(test.Explain(), "");
}

TEST(PruneUnreachable, KeepsWhatAnyTargetReads) {
  PassHarness test(R"(%base = source.scratch
%a = file.mkdir (%base) path="/a"
%b = file.mkdir (%base) path="/b"
%c = file.mkdir (%base) path="/c"
target "a" = %a
target "b" = %b
)");

  EXPECT_EQ(test.Run(PruneUnreachable()), PassEffect::kChanged);

  EXPECT_EQ(test.Graph(), R"(%base = source.scratch
%a = file.mkdir (%base) path="/a"
%b = file.mkdir (%base) path="/b"
target "a" = %a
target "b" = %b
)");
  EXPECT_EQ(test.Explain(), "prune-unreachable: dropped %c: no target reads it\n");
}

TEST(PruneUnreachable, RefusesToRenumberVerticesOfLayers) {
  PassHarness test(R"(%base = source.scratch
%a = file.mkdir (%base) path="/a"
target "a" = %a
)");
  test.Run(AssignLayers());

  AnalysisManager analyses(test.plan().graph);
  ExplainLog explain;
  PassContext context{.analyses = analyses, .diagnostics = test.diagnostics(), .explain = explain};
  const Result<PassEffect> effect = PruneUnreachable().Run(test.plan(), context);

  ASSERT_FALSE(effect.ok());
  EXPECT_EQ(effect.error().kind(), DiagnosticKind::kUsage);
  EXPECT_EQ(
      effect.error().message(),
      "pass `prune-unreachable` changes the graph after its layers were chosen; put it before "
      "`assign-layers`");
}

}  // namespace
}  // namespace cooper
