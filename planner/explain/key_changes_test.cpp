#include "planner/explain/key_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "planner/cache/cache_keys.h"
#include "planner/testing/fake_oracles.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Remembers by name of the vertex.
class FakeHistory : public KeyHistory {
 public:
  std::optional<CacheKey> Find(const Digest& key) override {
    const auto found = keys_.find(key);
    return found == keys_.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<CacheKey> Newest(const Vertex& vertex) override {
    const auto found = newest_.find(vertex.name);
    return found == newest_.end() ? std::nullopt : Find(found->second);
  }
  void Remember(const Vertex& vertex, const CacheKey& key) {
    keys_[key.digest] = key;
    newest_[vertex.name] = key.digest;
  }

 private:
  std::map<Digest, CacheKey> keys_;
  std::map<std::string, Digest> newest_;
};

class KeyChangesTest : public testing::Test {
 protected:
  KeyChangesTest() { content_.files = {{"a", "alpha"}, {"b", "beta"}}; }

  // The keys of this graph, with the files of contexts.
  void KeysOf(PassHarness& test) {
    BuildPlan& plan = test.plan();
    auto keys = ComputeCacheKeys(plan.graph, content_, test.diagnostics());
    ASSERT_TRUE(keys.ok());
    plan.keys = *std::move(keys);
    for (VertexId id = 0; id < plan.graph.size(); ++id) {
      if (!plan.keys[id]) continue;
      auto files = ListKeyFiles(plan.graph, id, content_);
      ASSERT_TRUE(files.ok());
      plan.keys[id]->files = *std::move(files);
    }
  }

  void Build(std::string_view graph) {
    PassHarness test(graph);
    KeysOf(test);
    for (VertexId id = 0; id < test.plan().graph.size(); ++id) {
      if (test.plan().keys[id]) {
        history_.Remember(test.plan().graph.vertex(id), *test.plan().keys[id]);
      }
    }
  }

  // Of the last vertex.
  std::optional<KeyChanges> ChangesIn(std::string_view graph) {
    PassHarness test(graph);
    KeysOf(test);
    return FindKeyChanges(test.plan(), static_cast<VertexId>(test.plan().graph.size() - 1),
                          history_);
  }

  std::vector<std::string> OwnChanges(std::string_view before, std::string_view now) {
    Build(before);
    const auto changes = ChangesIn(now);
    if (!changes) return {"nothing known"};
    EXPECT_THAT(changes->below, IsEmpty());
    return changes->own;
  }

  static std::string Run(std::string_view fields) {
    return "%from = source.scratch\n%run = exec (%from) " + std::string(fields) + "\n";
  }
  static std::string Image(char digit) {
    return "%from = source.image \"docker.io/library/a:1\" pin=sha256:" + std::string(64, digit) +
           "\n";
  }

  FakeContentOracle content_;
  FakeHistory history_;
};

TEST_F(KeyChangesTest, NothingIsKnownOfWhatWasNeverBuilt) {
  EXPECT_FALSE(ChangesIn(Run(R"(args=["make"])")));
}

TEST_F(KeyChangesTest, AKeyThatABuildHadHasNoChanges) {
  Build(Run(R"(args=["make"])"));
  const auto changes = ChangesIn(Run(R"(args=["make"])"));
  ASSERT_TRUE(changes);
  EXPECT_THAT(changes->own, IsEmpty());
  EXPECT_THAT(changes->below, IsEmpty());
}

TEST_F(KeyChangesTest, ShowsWhatDiffersOfACommand) {
  EXPECT_THAT(OwnChanges(Run(R"(args=["/bin/sh", "-c", "make"])"),
                         Run(R"(args=["/bin/sh", "-c", "make -j"])")),
              ElementsAre("the command changed: `make` -> `make -j`"));
  EXPECT_THAT(
      OwnChanges(
          Run(R"(args=["sh", "apt-get update && apt-get install -y nginx && rm -rf /var"])"),
          Run(R"(args=["sh", "apt-get update && apt-get install -y squid && rm -rf /var"])")),
      ElementsAre("the command changed: `... install -y nginx && rm -rf ...` -> "
                  "`... install -y squid && rm -rf ...`"));
}

TEST_F(KeyChangesTest, NamesVariablesWithoutTheirValues) {
  EXPECT_THAT(
      OwnChanges(Run(R"(args=["make"] env=["A=1", "GONE=x", "SAME=y"])"),
                 Run(R"(args=["make"] env=["A=2", "NEW=z", "SAME=y"])")),
      ElementsAre("variable `A` changed", "variable `NEW` is new", "variable `GONE` is gone"));
  EXPECT_THAT(OwnChanges(Run(R"(args=["make"] env=["A=1", "B=2"])"),
                         Run(R"(args=["make"] env=["B=2", "A=1"])")),
              ElementsAre("the order of variables changed"));
}

TEST_F(KeyChangesTest, NamesEveryOtherField) {
  EXPECT_THAT(
      OwnChanges(Run(R"(args=["make"] cwd="/a" user="u")"),
                 Run(R"(args=["make"] cwd="/b" network=none)")),
      ElementsAre("cwd changed: `/a` -> `/b`", "network is new: `none`", "user is gone: `u`"));
  EXPECT_THAT(OwnChanges(Run("args=[\"make\"] {\n  mount tmpfs target=\"/tmp\"\n}"),
                         Run("args=[\"make\"] {\n  mount tmpfs target=\"/t\"\n}")),
              ElementsAre("mount[1].target changed: `/tmp` -> `/t`"));
}

TEST_F(KeyChangesTest, NamesFiles) {
  const std::string graph =
      "%context = source.context \"context\"\n%from = source.scratch\n"
      "%copy = file.copy (%from, %context) from=[\"/\"] to=\"/\"\n";
  Build(graph);
  content_.files = {{"a", "alpha"}, {"b", "BETA"}, {"c", "new"}};
  auto changes = ChangesIn(graph);
  ASSERT_TRUE(changes);
  EXPECT_THAT(changes->own,
              ElementsAre("`b` changed (f44e64e75f39 -> 639181fd63cb)", "`c` is new"));

  content_.files = {{"b", "beta"}};
  changes = ChangesIn(graph);
  ASSERT_TRUE(changes);
  EXPECT_THAT(changes->own, ElementsAre("`a` is gone"));
}

TEST_F(KeyChangesTest, FollowsTheDifferenceToWhereItBegan) {
  const std::string rest =
      "%run = exec (%from) args=[\"make\"]\n%scratch = source.scratch\n"
      "%copy = file.copy (%scratch, %run) from=[\"/a\"] to=\"/a\"\n";
  Build(Image('1') + rest);
  const auto changes = ChangesIn(Image('2') + rest);
  ASSERT_TRUE(changes);
  EXPECT_THAT(changes->own, IsEmpty());
  EXPECT_THAT(changes->below, ElementsAre("`%from`: the image is another: sha256:111111111111 -> "
                                          "sha256:222222222222"));
}

TEST_F(KeyChangesTest, SaysWhatIsBelowWhenNothingIsKnownOfWhatWas) {
  Build(Run(R"(args=["make"])"));
  const auto changes = ChangesIn(Image('1') + "%run = exec (%from) args=[\"make\"]\n");
  ASSERT_TRUE(changes);
  EXPECT_THAT(changes->below, ElementsAre("below it is now `%from`"));
}

TEST(InOneLine, LeavesOutWhatIsTooMuch) {
  EXPECT_EQ(InOneLine({}), "");
  EXPECT_EQ(InOneLine({"a", "b", "c"}), "a; b; c");
  EXPECT_EQ(InOneLine({"a", "b", "c", "d", "e"}), "a; b; c; and 2 more");
}

}  // namespace
}  // namespace cooper
