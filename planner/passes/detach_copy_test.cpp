#include "planner/passes/detach_copy.h"

#include <gtest/gtest.h>

#include "planner/passes/assign_layers.h"
#include "planner/passes/schedule.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

PassHarness Assigned(std::string_view graph_text) {
  PassHarness test(graph_text);
  test.Run(AssignLayers());
  return test;
}

constexpr std::string_view kCopyOverRuns = R"(%context = source.context "context"
%from = source.image "docker.io/library/busybox:1"
%dir = file.mkdir (%from) path="/app"
%run = exec (%dir) args=["make"]
%run2 = exec (%run) args=["make", "more"]
%copy = file.copy (%run2, %context) from=["a"] to="/app/"
target "app" = %copy
)";

TEST(DetachCopy, LooksBelowAllCommands) {
  PassHarness test = Assigned(kCopyOverRuns);
  EXPECT_EQ(test.Run(DetachCopy()), PassEffect::kChanged);
  EXPECT_EQ(test.Plan(),
            "target \"app\" base=%from layers=[%dir, %run, %run2, %copy]\n"
            "detach %copy ground=%dir\n");
  EXPECT_EQ(test.Explain(),
            "detach-copy: %copy is prepared from %dir, beside the commands between\n");
}

TEST(DetachCopy, IsScheduledBesideTheCommands) {
  PassHarness test = Assigned(kCopyOverRuns);
  test.Run(DetachCopy());
  test.Run(Schedule());
  EXPECT_EQ(test.Plan(),
            "1 fetch %from\n"
            "2 file %dir after=[1]\n"
            "3 run %run after=[2]\n"
            "4 run %run2 after=[3]\n"
            "5 prepare %copy after=[2]\n"
            "6 layer %dir after=[2]\n"
            "7 layer %run after=[3]\n"
            "8 layer %run2 after=[4]\n"
            "9 layer %copy after=[4, 5]\n");
}

TEST(DetachCopy, LeavesCopyWithoutCommandsBelowAlone) {
  PassHarness test = Assigned(R"(%context = source.context "context"
%from = source.scratch
%copy = file.copy (%from, %context) from=["a"] to="/a"
target "app" = %copy
)");
  EXPECT_EQ(test.Run(DetachCopy()), PassEffect::kUnchanged);
}

TEST(DetachCopy, LeavesCopyOfWhatTheCommandMakesAlone) {
  PassHarness test = Assigned(R"(%from = source.image "docker.io/library/busybox:1"
%run = exec (%from) args=["make"]
%other = exec (%run) args=["make", "other"]
%copy = file.copy (%run, %other) from=["/out"] to="/out"
target "app" = %copy
)");
  EXPECT_EQ(test.Run(DetachCopy()), PassEffect::kUnchanged);
}

}  // namespace
}  // namespace cooper
