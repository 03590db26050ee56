#include "planner/passes/pin_sources.h"

#include <gtest/gtest.h>

#include "planner/testing/fake_oracles.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

constexpr std::string_view kGraph = R"(%a = source.http "https://h/a" filename="a"
%b = source.http "https://h/b" filename="b"
%from = source.scratch
%add = file.copy (%from, %a) from=["a"] to="/"
%add2 = file.copy (%add, %b) from=["b"] to="/"
target "app" = %add2
)";

class PinSourcesTest : public testing::Test {
 protected:
  PinSources MakePass() {
    PlannerServices services;
    services.sources = &pinner_;
    return PinSources(services);
  }
  FakeSourcePinner pinner_;
};

TEST_F(PinSourcesTest, WritesWhatTheServerHasIntoTheGraph) {
  pinner_.files["https://h/a"] = SourcePin{Digest::Of("a"), 1577836800};
  PassHarness test(kGraph);
  EXPECT_EQ(test.Run(MakePass()), PassEffect::kChanged);
  const auto& a = std::get<SourceHttpOp>(test.VertexNamed("a").op);
  EXPECT_EQ(a.pin, Digest::Of("a"));
  EXPECT_EQ(a.mtime, 1577836800u);
  EXPECT_EQ(std::get<SourceHttpOp>(test.VertexNamed("b").op).pin, std::nullopt);
  EXPECT_EQ(test.Explain(), "pin-sources: %a is " + Digest::Of("a").ToString() +
                                "\npin-sources: %b is not known until it is fetched\n");
}

TEST_F(PinSourcesTest, GivesATargetTheTimeOfAFile) {
  pinner_.files["https://h/a"] = SourcePin{Digest::Of("a"), 1577836800};
  constexpr std::string_view kText = R"(%a = source.http "https://h/a" filename="a"
%b = source.http "https://h/b" filename="b"
%from = source.scratch
target "app" = %from config {
  epoch_of = %a
}
target "other" = %from config {
  epoch_of = %b
}
)";
  PassHarness test(kText);
  EXPECT_EQ(test.Run(MakePass()), PassEffect::kChanged);
  const std::vector<Target>& targets = test.plan().graph.targets();
  EXPECT_EQ(targets[0].source_date_epoch, 1577836800);
  EXPECT_EQ(targets[0].epoch_of, std::nullopt);
  EXPECT_EQ(targets[1].source_date_epoch, std::nullopt);
  EXPECT_EQ(targets[1].epoch_of, 1u);
}

TEST_F(PinSourcesTest, DoesNotAskForWhatIsPinned) {
  PassHarness test("%a = source.http \"https://h/a\" checksum=" + Digest::Of("a").ToString() +
                   "\n%b = source.http \"https://h/b\" pin=" + Digest::Of("b").ToString() +
                   R"(
%from = source.scratch
%add = file.copy (%from, %a) from=["a"] to="/"
%add2 = file.copy (%add, %b) from=["b"] to="/"
target "app" = %add2
)");
  EXPECT_EQ(test.Run(MakePass()), PassEffect::kUnchanged);
  EXPECT_TRUE(pinner_.asked.empty());
}

TEST_F(PinSourcesTest, ReportsAllFaultsOfTheInputWithTheirPlaces) {
  pinner_.missing = {"https://h/a", "https://h/b"};
  PassHarness test(kGraph);
  test.Run(MakePass());
  EXPECT_EQ(test.Diagnostics(),
            "graph.ir:2:1: error: no `https://h/a` [missing-source]\n"
            "graph.ir:3:1: error: no `https://h/b` [missing-source]\n");
}

TEST_F(PinSourcesTest, AsksNobodyWithoutAPinner) {
  PassHarness test(kGraph);
  EXPECT_EQ(test.Run(PinSources(PlannerServices{})), PassEffect::kUnchanged);
}

}  // namespace
}  // namespace cooper
