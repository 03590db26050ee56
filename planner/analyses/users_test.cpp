#include "planner/analyses/users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Users, ListsEveryInputThatReadsAVertex) {
  BuildGraph graph;
  const VertexId scratch =
      graph.Add({.name = "scratch", .op = SourceScratchOp{}, .inputs = {}, .metadata = {}});
  const VertexId copy = graph.Add(
      {.name = "copy", .op = FileCopyOp{}, .inputs = {{scratch}, {scratch}}, .metadata = {}});
  const VertexId mkdir =
      graph.Add({.name = "mkdir", .op = FileMkdirOp{}, .inputs = {{scratch}}, .metadata = {}});

  const Users users = Users::Compute(graph);

  EXPECT_THAT(users.Of(scratch), ElementsAre(Use{copy, 0}, Use{copy, 1}, Use{mkdir, 0}));
  EXPECT_THAT(users.Of(copy), IsEmpty());
  EXPECT_THAT(users.Of(mkdir), IsEmpty());
}

TEST(Users, OfAnEmptyGraphCanBeComputed) { Users::Compute(BuildGraph{}); }

}  // namespace
}  // namespace cooper
