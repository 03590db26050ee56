#include "planner/passes/dedupe_vertices.h"

#include <gtest/gtest.h>

#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

TEST(DedupeVertices, MakesOneVertexOfEqualChains) {
  PassHarness test(R"(%a.from = source.image "docker.io/library/busybox:1"
%a.run = exec (%a.from) args=["make"]
%b.from = source.image "docker.io/library/busybox:1"
%b.run = exec (%b.from) args=["make"]
%b.run2 = exec (%b.run) args=["make", "install"]
target "a" = %a.run
target "b" = %b.run2
)");

  EXPECT_EQ(test.Run(DedupeVertices()), PassEffect::kChanged);

  EXPECT_EQ(test.Graph(), R"(%a.from = source.image "docker.io/library/busybox:1"
%a.run = exec (%a.from) args=["make"]
%b.run2 = exec (%a.run) args=["make", "install"]
target "a" = %a.run
target "b" = %b.run2
)");
  EXPECT_EQ(test.Explain(),
            "dedupe-vertices: dropped %b.from: %a.from has the same definition\n"
            "dedupe-vertices: dropped %b.run: %a.run has the same definition\n");
}

TEST(DedupeVertices, RefusesTwoUsersOfOneUrl) {
  const auto diagnostics = [](std::string first, std::string second) {
    PassHarness test(R"(%a = source.http "https://h/me" filename="me"
%b = source.http "https://h/me" filename="me"
%from = source.scratch
%add = file.copy (%from, %a) from=["me"] to="/a"
%add2 = file.copy (%add, %b) from=["me"] to="/b"
target "app" = %add2
)");
    test.plan().graph.vertex(0).metadata.userinfo = std::move(first);
    test.plan().graph.vertex(1).metadata.userinfo = std::move(second);
    test.Run(DedupeVertices());
    return test.Diagnostics();
  };
  EXPECT_EQ(diagnostics("a:1", "a:1"), "");
  EXPECT_EQ(diagnostics("a:1", ""), "");
  EXPECT_EQ(
      diagnostics("a:1", "b:2"),
      "graph.ir:3:1: error: this URL stands elsewhere with another user name or password, and "
      "is asked for once; use one of them [invalid-argument]\n");
}

TEST(DedupeVertices, MovesRootsAndHistoryOfTargets) {
  PassHarness test(R"(%from = source.scratch
%a = file.mkdir (%from) path="/srv"
%b = file.mkdir (%from) path="/srv"
target "a" = %a
target "b" = %b
)");
  const VertexId b = *test.plan().graph.Find("b");
  test.plan().graph.targets()[1].history = {{.created_by = "MKDIR", .comment = {}, .layer = b}};

  EXPECT_EQ(test.Run(DedupeVertices()), PassEffect::kChanged);

  const VertexId a = *test.plan().graph.Find("a");
  EXPECT_EQ(test.plan().graph.targets()[1].root.vertex, a);
  EXPECT_EQ(test.plan().graph.targets()[1].history[0].layer, a);
  EXPECT_EQ(test.plan().graph.size(), 2u);
}

TEST(DedupeVertices, KeepsTheSourceRangesOfBoth) {
  PassHarness test(R"(%from = source.scratch
%a = file.mkdir (%from) path="/srv"
%b = file.mkdir (%from) path="/srv"
target "b" = %b
)");

  test.Run(DedupeVertices());

  const std::vector<SourceRange>& ranges = test.VertexNamed("a").metadata.ranges;
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[0].begin.line, 3u);
  EXPECT_EQ(ranges[1].begin.line, 4u);
}

TEST(DedupeVertices, LeavesVerticesThatDifferInOneField) {
  PassHarness test(R"(%from = source.scratch
%a = file.mkdir (%from) path="/srv"
%b = file.mkdir (%from) path="/srv" chown="1000"
target "a" = %a
target "b" = %b
)");

  EXPECT_EQ(test.Run(DedupeVertices()), PassEffect::kUnchanged);

  EXPECT_EQ(test.Explain(), "");
}

}  // namespace
}  // namespace cooper
