#include "ir/plan/build_plan.h"

#include <gtest/gtest.h>
#include <llvm/Support/JSON.h>

#include "ir/plan/plan_json.h"
#include "ir/plan/plan_printer.h"

namespace cooper {
namespace {

// scratch <- mkdir <- mkdir, as target "app" with both as layers.
BuildPlan TwoLayers() {
  BuildPlan plan;
  plan.graph.Add({"from", SourceScratchOp{}, {}, {}});
  plan.graph.Add({"one", FileMkdirOp{"/one", 0755, ""}, {{0, 0}}, {}});
  plan.graph.Add({"two", FileMkdirOp{"/two", 0755, ""}, {{1, 0}}, {}});
  Target target;
  target.name = "app";
  target.root = {2, 0};
  target.platform = {"linux", "amd64", ""};
  plan.graph.AddTarget(target);
  plan.targets = {{std::nullopt, {{1}, {2}}}};
  plan.steps = {{1, StepKind::kLayer, 1, {}, StepState::kRun, "", {}},
                {2, StepKind::kLayer, 2, {1}, StepState::kCached, "in the store", {}}};
  return plan;
}

TEST(VerifyPlan, AcceptsLayersInOrderWithTheirSteps) {
  const Status status = VerifyPlan(TwoLayers());
  EXPECT_TRUE(status.ok()) << status.error().message();
}

TEST(VerifyPlan, RefusesLayersOutOfOrder) {
  BuildPlan plan = TwoLayers();
  plan.targets[0].layers = {{2}, {1}};
  EXPECT_FALSE(VerifyPlan(plan).ok());
}

TEST(VerifyPlan, RefusesALayerWithoutAStep) {
  BuildPlan plan = TwoLayers();
  plan.steps.pop_back();
  EXPECT_FALSE(VerifyPlan(plan).ok());
}

TEST(VerifyPlan, RefusesAStepThatWaitsForItselfOrALaterOne) {
  BuildPlan plan = TwoLayers();
  plan.steps[1].after = {2};
  EXPECT_FALSE(VerifyPlan(plan).ok());
}

TEST(PrintPlan, PrintsOneLineAStepAndStatesOtherThanRun) {
  EXPECT_EQ(PrintPlan(TwoLayers()),
            "1 layer %one\n2 layer %two after=[1] state=cached reason=\"in the store\"\n");
}

TEST(PrintPlan, PrintsLayersWhileThereAreNoSteps) {
  BuildPlan plan = TwoLayers();
  plan.steps.clear();
  EXPECT_EQ(PrintPlan(plan), "target \"app\" layers=[%one, %two]\n");
}

TEST(PlanToJson, IsValidJsonWithVersionStepsAndTotals) {
  auto parsed = llvm::json::parse(PlanToJson(TwoLayers()));
  ASSERT_TRUE(static_cast<bool>(parsed));
  const llvm::json::Object& root = *parsed->getAsObject();
  EXPECT_EQ(root.getInteger("version"), kPlanJsonVersion);
  ASSERT_NE(root.getArray("steps"), nullptr);
  EXPECT_EQ(root.getArray("steps")->size(), 2u);
  EXPECT_EQ(root.getObject("totals")->getInteger("cached"), 1);
}

TEST(PlanToJson, ShowsWhatACommandHasMounted) {
  BuildPlan plan;
  plan.graph.Add({"from", SourceScratchOp{}, {}, {}});
  ExecOp exec;
  exec.args = {"make"};
  exec.network = NetworkMode::kNone;
  Mount cache;
  cache.type = MountType::kCache;
  cache.id = "go";
  cache.target = "/go";
  cache.sharing = CacheSharing::kLocked;
  Mount secret;
  secret.type = MountType::kSecret;
  secret.id = "token";
  secret.env = "TOKEN";
  secret.required = true;
  exec.mounts = {cache, secret};
  plan.graph.Add({"run", exec, {{0, 0}}, {}});
  plan.steps = {{1, StepKind::kRun, 1, {}, StepState::kRun, "", {}}};
  auto parsed = llvm::json::parse(PlanToJson(plan));
  ASSERT_TRUE(static_cast<bool>(parsed));
  const llvm::json::Object& step = *(*parsed->getAsObject()->getArray("steps"))[0].getAsObject();
  EXPECT_EQ(step.getString("network"), "none");
  EXPECT_EQ(step.getString("security"), std::nullopt);
  const llvm::json::Array& mounts = *step.getArray("mounts");
  EXPECT_EQ(mounts[0],
            llvm::json::Value(llvm::json::Object{
                {"type", "cache"}, {"id", "go"}, {"target", "/go"}, {"sharing", "locked"}}));
  EXPECT_EQ(mounts[1], llvm::json::Value(llvm::json::Object{
                           {"type", "secret"}, {"id", "token"}, {"required", true}}));
}

}  // namespace
}  // namespace cooper
