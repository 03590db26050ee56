#include "ir/graph/build_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ir/graph/graph_builder.h"
#include "ir/graph/text/graph_printer.h"

namespace cooper {
namespace {

using testing::ElementsAre;

FileMkdirOp Mkdir(std::string path) {
  FileMkdirOp op;
  op.path = std::move(path);
  return op;
}

TEST(BuildGraph, ErasesAndRenumbers) {
  GraphBuilder builder;
  const Edge from = builder.Add("", "from", SourceScratchOp{}, {});
  const Edge unused = builder.Add("", "unused", Mkdir("/u"), {from});
  const Edge kept = builder.Add("", "kept", Mkdir("/k"), {from});
  Target target;
  target.name = "t";
  target.root = kept;
  target.history = {{"MKDIR", "", kept.vertex}};
  builder.AddTarget(target);
  BuildGraph graph = std::move(builder).Take();

  EXPECT_THAT(graph.Erase([&](VertexId id) { return id == unused.vertex; }), ElementsAre("unused"));
  EXPECT_EQ(PrintGraph(graph),
            "graph version=1\n"
            "%from = source.scratch\n"
            "%kept = file.mkdir (%from) path=\"/k\"\n"
            "target \"t\" = %kept config {\n"
            "  history \"MKDIR\" = %kept\n"
            "}\n");
}

TEST(BuildGraph, ReplacesUsesInVerticesTargetsAndHistory) {
  GraphBuilder builder;
  const Edge from = builder.Add("", "from", SourceScratchOp{}, {});
  const Edge first = builder.Add("", "first", Mkdir("/x"), {from});
  const Edge second = builder.Add("", "second", Mkdir("/x"), {from});
  builder.Add("", "user", Mkdir("/y"), {second});
  Target target;
  target.root = second;
  target.history = {{"MKDIR", "", second.vertex}};
  builder.AddTarget(target);
  BuildGraph graph = std::move(builder).Take();

  graph.ReplaceUses(second, first);

  EXPECT_EQ(graph.vertex(3).inputs[0], first);
  EXPECT_EQ(graph.targets()[0].root, first);
  EXPECT_EQ(graph.targets()[0].history[0].layer, first.vertex);
}

TEST(GraphBuilder, NumbersRepeatedWordsWithinAStage) {
  GraphBuilder builder;
  for (const char* stage : {"build", "build", "final", "", "Go 1..2."}) {
    builder.Add(stage, "run", SourceScratchOp{}, {});
  }
  std::vector<std::string> names;
  for (const Vertex& vertex : builder.graph().vertices()) names.push_back(vertex.name);
  EXPECT_THAT(names, ElementsAre("build.run", "build.run2", "final.run", "run", "_o_1._2_.run"));
}

TEST(GraphBuilder, DoesNotGiveANumberedNameThatIsTaken) {
  GraphBuilder builder;
  for (const char* word : {"run2", "run", "run", "run2"}) {
    builder.Add("", word, SourceScratchOp{}, {});
  }
  std::vector<std::string> names;
  for (const Vertex& vertex : builder.graph().vertices()) names.push_back(vertex.name);
  EXPECT_THAT(names, ElementsAre("run2", "run", "run3", "run22"));
}

class DefinitionDigestTest : public testing::Test {
 protected:
  static Digest DigestOf(const ExecOp& op) {
    BuildGraph graph;
    graph.Add({"from", SourceScratchOp{}, {}, {}});
    graph.Add({"run", op, {{0, 0}}, {}});
    return DefinitionDigests(graph)[1];
  }
};

TEST_F(DefinitionDigestTest, LeavesOutNamesMetadataProxiesAndHostAddresses) {
  ExecOp a;
  a.args = {"make"};
  a.proxy_env = {"HTTP_PROXY"};
  a.extra_hosts = {"db=10.0.0.1"};
  ExecOp b = a;
  b.proxy_env = {};
  b.extra_hosts = {"db=10.0.0.2"};
  EXPECT_EQ(DigestOf(a), DigestOf(b));
  b.extra_hosts = {"cache=10.0.0.1"};
  EXPECT_NE(DigestOf(a), DigestOf(b));

  BuildGraph graph;
  graph.Add({"one", SourceScratchOp{}, {}, {}});
  graph.Add({"two", SourceScratchOp{}, {}, {{SourceRange{}}, "FROM"}});
  const std::vector<Digest> digests = DefinitionDigests(graph);
  EXPECT_EQ(digests[0], digests[1]);
}

TEST_F(DefinitionDigestTest, TellsFieldsAndTheirBoundariesApart) {
  ExecOp base;
  base.args = {"ab", "c"};
  ExecOp other = base;
  other.args = {"a", "bc"};
  EXPECT_NE(DigestOf(base), DigestOf(other));
  other.args = {"ab"};
  other.env = {"c"};
  EXPECT_NE(DigestOf(base), DigestOf(other));
  other = base;
  other.mounts.emplace_back().type = MountType::kTmpfs;
  const Digest tmpfs = DigestOf(other);
  EXPECT_NE(DigestOf(base), tmpfs);
  other.mounts[0].type = MountType::kCache;
  EXPECT_NE(DigestOf(other), tmpfs);
}

TEST_F(DefinitionDigestTest, CoversInputs) {
  BuildGraph graph;
  graph.Add({"a", SourceContextOp{"a", {}, {}}, {}, {}});
  graph.Add({"b", SourceContextOp{"b", {}, {}}, {}, {}});
  graph.Add({"x", DiffOp{}, {{0, 0}, {1, 0}}, {}});
  graph.Add({"y", DiffOp{}, {{1, 0}, {0, 0}}, {}});
  const std::vector<Digest> digests = DefinitionDigests(graph);
  EXPECT_NE(digests[2], digests[3]);
}

}  // namespace
}  // namespace cooper
