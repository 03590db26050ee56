#include "cli/progress/plan_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "ir/text/text.h"

namespace cooper {
namespace {

ExecOp MakeOp() {
  ExecOp op;
  op.args = {"make"};
  return op;
}

BuildPlan PlanOf(std::string title, std::string reason) {
  BuildPlan plan;
  plan.graph.source_names() = {"some/where/Dockerfile"};
  plan.graph.Add({"base", SourceScratchOp{}, {}, {}});
  const SourceRange line4{0, {4, 1}, {4, 9}};
  plan.graph.Add({"run", MakeOp(), {{0, 0}}, {{line4}, std::move(title)}});
  Target target;
  target.name = "app";
  target.root = {1, 0};
  target.platform = {"linux", "amd64", ""};
  plan.graph.AddTarget(target);
  plan.steps.push_back({1, StepKind::kRun, 1, {}, StepState::kRun, std::move(reason), {}});
  return plan;
}

TEST(PlanText, ShowsStateKindTitlePlaceAndReason) {
  const std::string text = PlanText(PlanOf("RUN make", "no record"));
  EXPECT_NE(text.find("target app (linux/amd64)"), std::string::npos);
  EXPECT_NE(text.find("1  run      run    RUN make"), std::string::npos) << text;
  EXPECT_NE(text.find("Dockerfile:4"), std::string::npos);
  EXPECT_NE(text.find("no record"), std::string::npos);
  EXPECT_NE(text.find("1 step: 1 to run"), std::string::npos) << text;
}

TEST(PlanText, StaysWithinAHundredColumnsAndEscapes) {
  const std::string text =
      PlanText(PlanOf("RUN \x1b[2J" + std::string(300, 'x'), std::string(300, 'y')));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 100u) << line;
}

TEST(Indented, BreaksAtBlanksAndLeavesOutWhatIsTooMuch) {
  EXPECT_EQ(Indented("one two three", 2, 9), "  one two\n  three\n");
  EXPECT_EQ(Indented("one", 1, 4), " one\n");
  EXPECT_EQ(Indented("a bbbbbbbbbbbb c", 0, 8), "a\nbbbbb...\nc\n");
  EXPECT_EQ(Indented("one two three four", 0, 5), "one\ntwo\nth...\n");
}

TEST(PlanText, SaysWhatACommandGetsBeyondItsTree) {
  BuildPlan plan = PlanOf("RUN make", "no record");
  Mount cache;
  cache.type = MountType::kCache;
  cache.id = "go\x1b";
  cache.sharing = CacheSharing::kLocked;
  Mount secret;
  secret.type = MountType::kSecret;
  secret.id = "token";
  secret.required = true;
  auto& exec = std::get<ExecOp>(plan.graph.vertex(1).op);
  exec.mounts = {cache, secret};
  exec.network = NetworkMode::kNone;
  EXPECT_NE(PlanText(plan).find(
                "uses cache `go\\x1b` (locked), secret `token` (required), network none\n"),
            std::string::npos)
      << PlanText(plan);
}

}  // namespace
}  // namespace cooper
