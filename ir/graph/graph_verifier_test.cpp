#include "ir/graph/graph_verifier.h"

#include <gtest/gtest.h>

#include <functional>

namespace cooper {
namespace {

// A valid graph: 0 scratch, 1 an exec with one bind mount, 2 a copy.
BuildGraph ValidGraph() {
  BuildGraph graph;
  graph.Add({"from", SourceScratchOp{}, {}, {}});
  ExecOp exec;
  exec.args = {"make"};
  exec.env = {"A=b"};
  Mount mount;
  mount.input = 1;
  mount.target = "/mnt";
  exec.mounts = {mount};
  graph.Add({"a.run", exec, {{0, 0}, {0, 0}}, {}});
  FileCopyOp copy;
  copy.from = {"x"};
  copy.to = "/y/";
  graph.Add({"a.copy", copy, {{1, 0}, {0, 0}}, {}});
  Target target;
  target.name = "a";
  target.root = {2, 0};
  target.platform = {"linux", "amd64", ""};
  target.history = {{"RUN", "", VertexId{1}}, {"ENV", "", std::nullopt}, {"COPY", "", VertexId{2}}};
  graph.AddTarget(target);
  return graph;
}

// What is said of the valid graph after `spoil`.
std::string FaultAfter(const std::function<void(BuildGraph&)>& spoil) {
  BuildGraph graph = ValidGraph();
  spoil(graph);
  const Status status = VerifyGraph(graph);
  if (status.ok()) return "";
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kGraphInvalid);
  return status.error().message();
}

ExecOp& Exec(BuildGraph& graph) { return *std::get_if<ExecOp>(&graph.vertex(1).op); }
FileCopyOp& Copy(BuildGraph& graph) { return *std::get_if<FileCopyOp>(&graph.vertex(2).op); }

TEST(VerifyGraph, AcceptsAValidGraph) {
  EXPECT_EQ(FaultAfter([](BuildGraph&) {}), "");
}

TEST(VerifyGraph, ChecksNames) {
  for (const char* name : {"", ".a", "a.", "a..b", "A", "a b", "a%"}) {
    EXPECT_NE(FaultAfter([&](BuildGraph& graph) { graph.vertex(0).name = name; }), "") << name;
  }
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.vertex(2).name = "from"; }),
            "vertex `%from`: another vertex has this name");
}

TEST(VerifyGraph, ChecksInputs) {
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.vertex(1).inputs[0].vertex = 1; }),
            "vertex `%a.run`: an input does not come before it");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.vertex(1).inputs[0].output = 1; }),
            "vertex `%a.run`: an input has another output than 0");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.vertex(2).inputs.pop_back(); }),
            "vertex `%a.copy`: `file.copy` takes 2 inputs, but 1 is given");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.vertex(1).inputs.pop_back(); }),
            "vertex `%a.run`: `exec` takes 1 input and those of its mounts, but 0 are given");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.vertex(0).op = MergeOp{}; }),
            "vertex `%from`: `merge` needs at least 1 input");
}

TEST(VerifyGraph, ChecksMounts) {
  const auto mount = [](const std::function<void(Mount&)>& spoil) {
    return FaultAfter([&](BuildGraph& graph) { spoil(Exec(graph).mounts[0]); });
  };
  EXPECT_EQ(mount([](Mount& m) { m.target = "mnt"; }),
            "vertex `%a.run`: mount 1: `target` is `mnt`; it must be an absolute path without "
            "`.`, `..` and empty parts");
  EXPECT_EQ(mount([](Mount& m) { m.target = "/"; }),
            "vertex `%a.run`: mount 1: `target` must not be `/`");
  EXPECT_EQ(mount([](Mount& m) { m.source = "a/../b"; }),
            "vertex `%a.run`: mount 1: `source` has `..`, which leaves the input");
  EXPECT_EQ(mount([](Mount& m) { m.size_bytes = 1; }),
            "vertex `%a.run`: mount 1: a bind mount has no `size`");
  EXPECT_EQ(mount([](Mount& m) { m.type = MountType::kTmpfs; }),
            "vertex `%a.run`: mount 1: a tmpfs mount has no `from`");
  EXPECT_EQ(mount([](Mount& m) { m.type = MountType::kCache; }),
            "vertex `%a.run`: mount 1: `id` is empty");
  EXPECT_EQ(mount([](Mount& m) { m.input = 0; }),
            "vertex `%a.run`: mount 1: its input 0 is not one of a mount");
  EXPECT_EQ(mount([](Mount& m) {
              m.type = MountType::kCache;
              m.id = "x";
              m.mode = 010000;
            }),
            "vertex `%a.run`: mount 1: `mode` is 010000; the limit is 07777");
}

TEST(VerifyGraph, LetsASecretBeAVariableAlone) {
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) {
              Mount secret;
              secret.type = MountType::kSecret;
              secret.id = "token";
              secret.env = "TOKEN";
              Exec(graph).mounts.push_back(secret);
            }),
            "");
}

TEST(VerifyGraph, AcceptsOddEnvironmentsOfBaseImages) {
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { Exec(graph).env = {"odd", "=x"}; }), "");
}

TEST(VerifyGraph, ChecksValues) {
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { Exec(graph).args.clear(); }),
            "vertex `%a.run`: `args` names no command");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { Exec(graph).env = {""}; }),
            "vertex `%a.run`: `env` has an empty entry");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { Exec(graph).extra_hosts = {"=x"}; }),
            "vertex `%a.run`: `extra_hosts` has `=x`; an entry is `name=value`");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { Exec(graph).args = {std::string("a\0b", 3)}; }),
            "vertex `%a.run`: `args` has a NUL byte");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { Copy(graph).from = {"../x"}; }),
            "vertex `%a.copy`: `from` has `../x`; `..` leaves the source");
  EXPECT_NE(FaultAfter([](BuildGraph& graph) { Copy(graph).to = "/a//b"; }), "");
  EXPECT_NE(FaultAfter([](BuildGraph& graph) { graph.vertex(0).op = SourceImageOp{}; }), "");
  EXPECT_NE(FaultAfter([](BuildGraph& graph) {
              graph.vertex(0).op = SourceHttpOp{"http://x", std::nullopt, "a/b"};
            }),
            "");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) {
              SourceGitOp git;
              git.url = "https://me:secret@x/a.git";
              graph.vertex(0).op = git;
            }),
            "vertex `%from`: `url` has a user name or password in it");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) {
              graph.vertex(0).op = SourceHttpOp{"https://me:secret@x/a", std::nullopt, "a"};
            }),
            "vertex `%from`: `url` has a user name or password in it");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) {
              graph.vertex(0).op =
                  SourceHttpOp{"https://x/a", Digest::Of("a"), "a", Digest::Of("a"), 1};
            }),
            "vertex `%from`: `checksum` is a pin already; `pin` and `mtime` go without it");
}

TEST(VerifyGraph, ChecksWhoseTimeATargetTakes) {
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.targets()[0].epoch_of = 0; }),
            "target `a`: `epoch_of` is neither a `source.git` nor a `source.http`");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.targets()[0].epoch_of = graph.size(); }),
            "target `a`: `epoch_of` is no vertex");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) {
              graph.targets()[0].epoch_of = 0;
              graph.targets()[0].source_date_epoch = 1;
            }),
            "target `a`: `epoch_of` and `source_date_epoch` exclude each other");
}

TEST(VerifyGraph, ChecksTargets) {
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.targets()[0].name = ""; }),
            "target ``: the name is empty");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.targets()[0].root.vertex = 3; }),
            "target `a`: the root is no vertex");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.targets()[0].platform.os = ""; }),
            "target `a`: platform `/amd64` is not os/architecture[/variant]");
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) { graph.AddTarget(graph.targets()[0]); }),
            "target `a`: another target has this name");
}

TEST(VerifyGraph, ChecksThatHistoryFollowsTheChain) {
  EXPECT_EQ(FaultAfter([](BuildGraph& graph) {
              std::swap(graph.targets()[0].history[0], graph.targets()[0].history[2]);
            }),
            "target `a`: history layer `%a.copy` is not, in order, on the chain of first inputs "
            "from the root");
}

TEST(VerifyGraph, NamesThePlaceOfTheVertex) {
  BuildGraph graph = ValidGraph();
  const SourceRange range{0, {7, 1}, {7, 9}};
  graph.vertex(1).metadata.ranges = {range};
  Exec(graph).args.clear();
  const Status status = VerifyGraph(graph);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().range(), range);
}

TEST(FindViolations, ListsEachVertexAndTarget) {
  BuildGraph graph = ValidGraph();
  Exec(graph).args.clear();
  Copy(graph).from.clear();
  graph.targets()[0].name.clear();
  EXPECT_EQ(FindViolations(graph).size(), 3u);
}

}  // namespace
}  // namespace cooper
