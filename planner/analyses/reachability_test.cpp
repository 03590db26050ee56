#include "planner/analyses/reachability.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

VertexId AddMkdir(BuildGraph& graph, std::string name, VertexId input) {
  return graph.Add(
      {.name = std::move(name), .op = FileMkdirOp{}, .inputs = {{input}}, .metadata = {}});
}

TEST(Reachability, FollowsEveryInputFromEveryTarget) {
  BuildGraph graph;
  const VertexId scratch =
      graph.Add({.name = "scratch", .op = SourceScratchOp{}, .inputs = {}, .metadata = {}});
  const VertexId source = AddMkdir(graph, "source", scratch);
  const VertexId copy = graph.Add(
      {.name = "copy", .op = FileCopyOp{}, .inputs = {{scratch}, {source}}, .metadata = {}});
  const VertexId other = AddMkdir(graph, "other", scratch);
  const VertexId unread = AddMkdir(graph, "unread", copy);
  graph.AddTarget(
      {.name = "a", .root = {copy}, .platform = {}, .author = {}, .config = {}, .history = {}});
  graph.AddTarget(
      {.name = "b", .root = {other}, .platform = {}, .author = {}, .config = {}, .history = {}});

  const Reachability reachability = Reachability::Compute(graph);

  EXPECT_TRUE(reachability.IsReached(scratch));
  EXPECT_TRUE(reachability.IsReached(source));
  EXPECT_TRUE(reachability.IsReached(copy));
  EXPECT_TRUE(reachability.IsReached(other));
  EXPECT_FALSE(reachability.IsReached(unread));
}

}  // namespace
}  // namespace cooper
