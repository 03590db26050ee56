#include "planner/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cooper {
namespace {

using testing::ElementsAre;

std::vector<std::string> Selected(const PlannerOptions& options) {
  std::vector<std::string> names;
  const auto passes = SelectPasses(options, {});
  if (!passes.ok()) return {"error: " + passes.error().message()};
  for (const auto& pass : *passes) names.emplace_back(pass->Name());
  return names;
}

TEST(Pipeline, RunsAllPassesByDefault) {
  EXPECT_THAT(Selected({}), ElementsAre("prune-unreachable", "dedupe-vertices", "pin-sources",
                                        "assign-layers", "detach-copy", "schedule", "probe-cache"));
}

TEST(Pipeline, RunsThePassesAskedForInThatOrder) {
  PlannerOptions options;
  options.passes = {"dedupe-vertices", "prune-unreachable", "dedupe-vertices"};
  EXPECT_THAT(Selected(options),
              ElementsAre("dedupe-vertices", "prune-unreachable", "dedupe-vertices"));
}

TEST(Pipeline, LeavesOutSkippedPasses) {
  PlannerOptions options;
  options.skip = {"dedupe-vertices", "probe-cache"};
  EXPECT_THAT(Selected(options), ElementsAre("prune-unreachable", "pin-sources", "assign-layers",
                                             "detach-copy", "schedule"));
}

TEST(Pipeline, SuggestsTheNearestNameForAnUnknownPass) {
  PlannerOptions options;
  options.passes = {"shedule"};
  EXPECT_THAT(Selected(options),
              ElementsAre("error: unknown pass `shedule`; did you mean `schedule`?"));

  options.passes = {};
  options.skip = {"fuse"};
  EXPECT_THAT(Selected(options),
              ElementsAre("error: unknown pass `fuse`; `--list-passes` shows all"));
  EXPECT_EQ(SelectPasses(options, {}).error().kind(), DiagnosticKind::kUnknownPass);
}

}  // namespace
}  // namespace cooper
