#include "planner/passes/schedule.h"

#include <gtest/gtest.h>

#include "planner/passes/assign_layers.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

PassHarness Scheduled(std::string_view graph_text) {
  PassHarness test(graph_text);
  test.Run(AssignLayers());
  EXPECT_EQ(test.Run(Schedule()), PassEffect::kChanged);
  return test;
}

TEST(Schedule, StreamsALayerFromTheStageThatItCopiesFrom) {
  const PassHarness test = Scheduled(R"(%build.from = source.image "docker.io/library/golang:1.24"
%build.run = exec (%build.from) args=["make", "app"]
%app.from = source.scratch
%app.copy = file.copy (%app.from, %build.run) from=["/out/app"] to="/app"
target "app" = %app.copy
)");

  EXPECT_EQ(test.Plan(),
            "1 fetch %build.from\n"
            "2 run %build.run after=[1]\n"
            "3 layer %app.copy after=[2]\n");
}

TEST(Schedule, NamesSourcesThatCannotTellTheirTime) {
  PassHarness test(
      "%a = source.git \"https://h/a.git\"\n%b = source.http \"https://h/b\" checksum=" +
      Digest::Of("b").ToString() + R"(
%from = source.scratch
target "x" = %from config {
  epoch_of = %a
}
target "y" = %from config {
  epoch_of = %b
}
)");
  test.Run(AssignLayers());
  test.Run(Schedule());
  EXPECT_EQ(test.Diagnostics(),
            "graph.ir:2:1: error: the time of a `source.git` cannot be told yet [unsupported]\n"
            "graph.ir:3:1: error: the time of a file with a checksum is not told, as its server is "
            "not asked; leave the checksum out, or give the time as a number [unsupported]\n");
}

TEST(Schedule, WritesFilesBelowARunAndItsLayersAfterwards) {
  const PassHarness test = Scheduled(R"(%context = source.context "context"
%from = source.image "docker.io/library/busybox:1"
%copy = file.copy (%from, %context) from=["a"] to="/a"
%run = exec (%copy) args=["make"]
%copy2 = file.copy (%run, %context) from=["b"] to="/b"
target "app" = %copy2
)");

  EXPECT_EQ(test.Plan(),
            "1 fetch %from\n"
            "2 file %copy after=[1]\n"
            "3 run %run after=[2]\n"
            "4 layer %copy after=[2]\n"
            "5 layer %run after=[3]\n"
            "6 layer %copy2 after=[3]\n");
}

TEST(Schedule, LooksUpDestinationsInTheLayerBelow) {
  const PassHarness test = Scheduled(R"(%context = source.context "context"
%from = source.scratch
%dir = file.mkdir (%from) path="/srv"
%copy = file.copy (%dir, %context) from=["a"] to="/srv/"
target "app" = %copy
)");

  EXPECT_EQ(test.Plan(),
            "1 layer %dir\n"
            "2 layer %copy after=[1]\n");
}

TEST(Schedule, PutsAllOfACopiedStageOnDisk) {
  const PassHarness test = Scheduled(R"(%context = source.context "context"
%files.from = source.scratch
%files.dir = file.mkdir (%files.from) path="/srv"
%files.copy = file.copy (%files.dir, %context) from=["a"] to="/srv/"
%app.from = source.image "docker.io/library/busybox:1"
%app.copy = file.copy (%app.from, %files.copy) from=["/srv"] to="/srv"
target "app" = %app.copy
)");

  EXPECT_EQ(test.Plan(),
            "1 fetch %app.from\n"
            "2 file %files.dir\n"
            "3 file %files.copy after=[2]\n"
            "4 layer %app.copy after=[1, 3]\n");
}

TEST(Schedule, DoesNotOrderIndependentStages) {
  const PassHarness test = Scheduled(R"(%a.from = source.image "docker.io/library/a:1"
%a.run = exec (%a.from) args=["make", "a"]
%b.from = source.image "docker.io/library/b:1"
%b.run = exec (%b.from) args=["make", "b"]
%b.run2 = exec (%b.run) args=["make", "b2"]
%app.from = source.scratch
%app.a = file.copy (%app.from, %a.run) from=["/a"] to="/a"
%app.b = file.copy (%app.a, %b.run2) from=["/b"] to="/b"
target "app" = %app.b
)");

  // The longer stage first; the stages wait for nothing of each other.
  EXPECT_EQ(test.Plan(),
            "1 fetch %b.from\n"
            "2 run %b.run after=[1]\n"
            "3 fetch %a.from\n"
            "4 run %a.run after=[3]\n"
            "5 run %b.run2 after=[2]\n"
            "6 layer %app.a after=[4]\n"
            "7 layer %app.b after=[5, 6]\n");
}

TEST(Schedule, RunWaitsForMountedStages) {
  const PassHarness test = Scheduled(R"(%tools.from = source.scratch
%tools.run = exec (%tools.from) args=["/make"]
%from = source.image "docker.io/library/busybox:1"
%run = exec (%from) args=["/tools/make"] {
  mount bind from=%tools.run target="/tools"
}
target "app" = %run
)");

  EXPECT_EQ(test.Plan(),
            "1 run %tools.run\n"
            "2 fetch %from\n"
            "3 run %run after=[1, 2]\n"
            "4 layer %run after=[3]\n");
}

TEST(Schedule, LeavesOutWhatAnotherPredecessorWaitsFor) {
  const PassHarness test = Scheduled(R"(%from = source.image "docker.io/library/busybox:1"
%run = exec (%from) args=["make"]
%run2 = exec (%run) args=["make", "install"]
%final = exec (%from) args=["check"] {
  mount bind from=%run target="/a"
  mount bind from=%run2 target="/b"
}
target "app" = %final
)");

  EXPECT_EQ(test.Plan(),
            "1 fetch %from\n"
            "2 run %run after=[1]\n"
            "3 run %run2 after=[2]\n"
            "4 run %final after=[3]\n"
            "5 layer %final after=[4]\n");
}

TEST(Schedule, MakesALayerOfTwoTargetsOnce) {
  const PassHarness test = Scheduled(R"(%from = source.scratch
%dir = file.mkdir (%from) path="/srv"
%a = file.mkdir (%dir) path="/a"
%b = file.mkdir (%dir) path="/b"
target "a" = %a
target "b" = %b
)");

  EXPECT_EQ(test.Plan(),
            "1 layer %dir\n"
            "2 layer %a after=[1]\n"
            "3 layer %b after=[1]\n");
}

TEST(Schedule, FetchesABaseWithoutLayersOnTop) {
  EXPECT_EQ(Scheduled(R"(%from = source.image "docker.io/library/busybox:1"
target "app" = %from
)")
                .Plan(),
            "1 fetch %from\n");
}

TEST(Schedule, FetchesAFileBeforeWhatCopiesIt) {
  EXPECT_EQ(Scheduled(R"(%file = source.http "https://h/a" filename="a"
%from = source.scratch
%add = file.copy (%from, %file) from=["a"] to="/"
target "app" = %add
)")
                .Plan(),
            "1 fetch %file\n"
            "2 layer %add after=[1]\n");
}

TEST(Schedule, BuildsNothingUponADownloadedFile) {
  PassHarness test(R"(%file = source.http "https://h/a" filename="a"
%in_place = file.mkdir (%file) path="/new"
%from = source.scratch
%add = file.copy (%from, %in_place) from=["/new"] to="/"
target "app" = %add
)");
  test.Run(AssignLayers());
  test.Run(Schedule());
  EXPECT_EQ(test.Diagnostics(),
            "graph.ir:3:1: error: `file.mkdir` changes the downloaded file `%file`; copy from it "
            "onto `source.scratch` first [unsupported]\n");
}

TEST(Schedule, ReportsSourcesAndOpsWithoutAStep) {
  PassHarness test(R"(%git = source.git "https://example.com/x.git"
%context = source.context "context"
%in_place = file.mkdir (%context) path="/new"
%from = source.scratch
%a = file.copy (%from, %git) from=["x"] to="/x"
%b = file.copy (%a, %in_place) from=["/new"] to="/new"
target "app" = %b
)");
  test.Run(AssignLayers());

  EXPECT_EQ(test.Run(Schedule()), PassEffect::kUnchanged);

  EXPECT_EQ(test.Diagnostics(),
            "graph.ir:2:1: error: `source.git` cannot be built yet [unsupported]\n"
            "graph.ir:4:1: error: `file.mkdir` changes the build context `%context`; copy from it "
            "onto `source.scratch` first [unsupported]\n");
}

}  // namespace
}  // namespace cooper
