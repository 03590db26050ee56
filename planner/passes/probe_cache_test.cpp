#include "planner/passes/probe_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "planner/passes/assign_layers.h"
#include "planner/passes/schedule.h"
#include "planner/testing/fake_oracles.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;

// The steps of this graph:
//   1 fetch %build.from
//   2 run %build.run after=[1]
//   3 run %build.run2 after=[2]
//   4 layer %app.copy after=[3]
//   5 layer %app.copy2 after=[4]
constexpr std::string_view kGraph = R"(%context = source.context "context"
%build.from = source.image "docker.io/library/golang:1.24" pin=sha256:9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f
%build.run = exec (%build.from) args=["make", "deps"]
%build.run2 = exec (%build.run) args=["make", "app"]
%app.from = source.scratch
%app.copy = file.copy (%app.from, %build.run2) from=["/out/app"] to="/app"
%app.copy2 = file.copy (%app.copy, %context) from=["conf"] to="/conf"
target "app" = %app.copy2
)";

class Probe {
 public:
  explicit Probe(std::string_view graph_text = kGraph) : test_(graph_text) {
    content.files["conf"] = "listen 80";
    test_.Run(AssignLayers());
    test_.Run(Schedule());
    // A run without a cache gives the keys under which things can be recorded.
    test_.Run(ProbeCache({.cache = nullptr, .content = &content, .no_cache = false}));
  }

  void Record(std::initializer_list<std::string_view> names, CachedResult result) {
    for (const std::string_view name : names) cache.results[KeyOf(name)] = result;
  }

  Digest KeyOf(std::string_view name) {
    for (const Step& step : test_.plan().steps) {
      if (test_.plan().graph.vertex(step.vertex).name == name && step.key) return *step.key;
    }
    ADD_FAILURE() << "no key for " << name;
    return {};
  }

  std::string Run(bool no_cache = false) {
    test_.Run(ProbeCache(
        {.cache = &cache, .content = &content, .history = history, .no_cache = no_cache}));
    return test_.Plan();
  }

  PassHarness& test() { return test_; }

  FakeContentOracle content;
  FakeCacheOracle cache;
  KeyHistory* history = nullptr;

 private:
  PassHarness test_;
};

constexpr CachedResult kTree = {.tree = true, .blob = false};
constexpr CachedResult kTreeAndBlob = {.tree = true, .blob = true};

// What a file of a web server is, is not known before it was fetched.
TEST(ProbeCache, ClaimsNothingBelowAnUnknownFile) {
  Probe probe(R"(%file = source.http "https://h/a" filename="a"
%from = source.scratch
%add = file.copy (%from, %file) from=["a"] to="/"
%run = exec (%add) args=["make"]
target "app" = %run
)");
  EXPECT_EQ(probe.Run(),
            "1 fetch %file reason=\"what is there now is not known until it is fetched\"\n"
            "2 file %add after=[1] reason=\"not known until step 1 has fetched its file\"\n"
            "3 run %run after=[2] reason=\"not known until step 1 has fetched its file\"\n"
            "4 layer %add after=[2] reason=\"not known until step 1 has fetched its file\"\n"
            "5 layer %run after=[3] reason=\"not known until step 1 has fetched its file\"\n");
}

TEST(ProbeCache, FetchesNoFileForALayerThatIsThere) {
  Probe probe(
      R"(%file = source.http "https://h/a" checksum=)"
      R"(sha256:9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f9c1f filename="a"
%from = source.scratch
%add = file.copy (%from, %file) from=["a"] to="/"
target "app" = %add
)");
  probe.Record({"add"}, kTreeAndBlob);
  EXPECT_THAT(probe.Run(), HasSubstr("1 fetch %file state=skipped"));
  probe.cache.results.clear();
  EXPECT_THAT(probe.Run(), HasSubstr("1 fetch %file reason=\"not in the store\""));
}

TEST(ProbeCache, RunsEverythingOnAnEmptyStore) {
  Probe probe;

  EXPECT_EQ(probe.Run(),
            R"(1 fetch %build.from reason="not in the store"
2 run %build.run after=[1] reason="no record of this step"
3 run %build.run2 after=[2] reason="follows step 2, which runs"
4 layer %app.copy after=[3] reason="follows step 3, which runs"
5 layer %app.copy2 after=[4] reason="follows step 4, which runs"
)");
}

// Knows one former build.
class FormerBuild : public KeyHistory {
 public:
  explicit FormerBuild(const BuildPlan& plan) : plan_(plan) {}
  std::optional<CacheKey> Find(const Digest& key) override {
    for (const std::optional<CacheKey>& known : plan_.keys) {
      if (known && known->digest == key) return known;
    }
    return std::nullopt;
  }
  std::optional<CacheKey> Newest(const Vertex& vertex) override {
    const std::optional<VertexId> id = plan_.graph.Find(vertex.name);
    return id ? plan_.keys[*id] : std::nullopt;
  }

 private:
  BuildPlan plan_;
};

TEST(ProbeCache, SaysWhatChangedSinceAFormerBuild) {
  FormerBuild nothing{BuildPlan()};
  Probe before;
  before.history = &nothing;
  before.Run();
  FormerBuild history(before.test().plan());

  Probe same;
  same.history = &history;
  EXPECT_THAT(same.Run(), HasSubstr("2 run %build.run after=[1] reason=\"its result is not in the "
                                    "store any more\""));

  std::string graph(kGraph);
  graph.replace(graph.find("deps"), 4, "depends");
  Probe changed(graph);
  changed.history = &history;
  changed.content.files["conf"] = "listen 81";
  EXPECT_EQ(changed.Run(),
            R"(1 fetch %build.from reason="not in the store"
2 run %build.run after=[1] reason="the command changed: `deps` -> `depends`"
3 run %build.run2 after=[2] reason="follows step 2, which runs"
4 layer %app.copy after=[3] reason="follows step 3, which runs"
5 layer %app.copy2 after=[4] reason="`conf` changed (a18fb33c7e42 -> ba2c70e88c73); follows step 4, which runs"
)");
}

TEST(ProbeCache, SkipsWhatNothingNeedsWhenAllLayersAreThere) {
  Probe probe;
  probe.Record({"app.copy", "app.copy2"}, kTreeAndBlob);

  EXPECT_EQ(probe.Run(),
            R"(1 fetch %build.from state=skipped reason="nothing that runs needs it"
2 run %build.run after=[1] state=skipped reason="nothing that runs needs it"
3 run %build.run2 after=[2] state=skipped reason="nothing that runs needs it"
4 layer %app.copy after=[3] state=cached reason="in the store"
5 layer %app.copy2 after=[4] state=cached reason="in the store"
)");
  EXPECT_EQ(probe.test().Explain(), "");
}

TEST(ProbeCache, RunsOnlyTheLayerThatIsMissing) {
  Probe probe;
  probe.Record({"build.run", "build.run2"}, kTree);
  probe.Record({"app.copy"}, kTreeAndBlob);
  probe.cache.images = {"docker.io/library/golang:1.24"};

  EXPECT_EQ(probe.Run(),
            R"(1 fetch %build.from state=cached reason="in the store"
2 run %build.run after=[1] state=cached reason="in the store"
3 run %build.run2 after=[2] state=cached reason="in the store"
4 layer %app.copy after=[3] state=cached reason="in the store"
5 layer %app.copy2 after=[4] reason="no record of this layer"
)");
  EXPECT_EQ(probe.test().Explain(),
            "probe-cache: step 5 (layer %app.copy2) runs: no record of this layer\n");
}

TEST(ProbeCache, NeedsAllFilesBelowAStepThatRuns) {
  Probe probe;
  // The change of `build.run` was lost, but what came of it is there.
  probe.Record({"build.run2"}, kTree);

  EXPECT_EQ(probe.Run(),
            R"(1 fetch %build.from reason="not in the store"
2 run %build.run after=[1] reason="no record of this step"
3 run %build.run2 after=[2] state=cached reason="in the store"
4 layer %app.copy after=[3] reason="no record of this layer"
5 layer %app.copy2 after=[4] reason="follows step 4, which runs"
)");
}

TEST(ProbeCache, WritesALayerFromFilesThatAreThere) {
  Probe probe(R"(%from = source.scratch
%run = exec (%from) args=["/make"]
target "app" = %run
)");
  probe.Record({"run"}, kTree);

  EXPECT_EQ(probe.Run(),
            R"(1 run %run state=cached reason="in the store"
2 layer %run after=[1] reason="no record of this layer"
)");
  // One key, one question.
  EXPECT_EQ(probe.cache.lookups.size(), 1u);
}

TEST(ProbeCache, FetchesTheBaseOfATargetThoughNothingRuns) {
  Probe probe(R"(%from = source.image "docker.io/library/busybox:1"
%dir = file.mkdir (%from) path="/srv"
target "app" = %dir
)");
  probe.Record({"dir"}, kTreeAndBlob);

  EXPECT_EQ(probe.Run(),
            R"(1 fetch %from reason="the image is not pinned to a digest"
2 layer %dir after=[1] state=cached reason="in the store"
)");
}

TEST(ProbeCache, RunsEverythingWithoutCacheButKeepsKeys) {
  Probe probe;
  probe.Record({"build.run", "build.run2"}, kTree);
  probe.Record({"app.copy", "app.copy2"}, kTreeAndBlob);

  EXPECT_EQ(probe.Run(/*no_cache=*/true),
            R"(1 fetch %build.from reason="--no-cache"
2 run %build.run after=[1] reason="--no-cache"
3 run %build.run2 after=[2] reason="--no-cache"
4 layer %app.copy after=[3] reason="--no-cache"
5 layer %app.copy2 after=[4] reason="--no-cache"
)");
  EXPECT_TRUE(probe.cache.lookups.empty());
  EXPECT_TRUE(probe.test().plan().steps[1].key);
}

TEST(ProbeCache, GivesNoReasonsWithoutAnOracle) {
  PassHarness test(kGraph);
  test.Run(AssignLayers());
  test.Run(Schedule());
  const std::string before = test.Plan();

  test.Run(ProbeCache({}));

  EXPECT_EQ(test.Plan(), before);
  for (const Step& step : test.plan().steps) EXPECT_FALSE(step.key);
}

TEST(ProbeCache, ReportsEveryMissingSourceWithItsRange) {
  PassHarness test(R"(%context = source.context "context"
%from = source.scratch
%a = file.copy (%from, %context) from=["a"] to="/a"
%b = file.copy (%a, %context) from=["b"] to="/b"
target "app" = %b
)");
  FakeContentOracle content;
  test.Run(AssignLayers());
  test.Run(Schedule());

  test.Run(ProbeCache({.cache = nullptr, .content = &content, .no_cache = false}));

  EXPECT_EQ(test.Diagnostics(),
            "graph.ir:4:1: error: `a` is not in context `context` [missing-source]\n"
            "graph.ir:5:1: error: `b` is not in context `context` [missing-source]\n");
}

}  // namespace
}  // namespace cooper
