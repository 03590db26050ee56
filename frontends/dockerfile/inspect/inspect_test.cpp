#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "frontends/dockerfile/inspect/outline.h"
#include "frontends/dockerfile/inspect/target_list.h"
#include "frontends/dockerfile/lower/file_lowering.h"
#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Nothing is asked for.
class NoResolver final : public ImageResolver {
 public:
  Result<ResolvedImage> Resolve(const Reference&, const Platform&) override {
    ADD_FAILURE() << "an image was asked for";
    return Error(DiagnosticKind::kImageNotFound, "none");
  }
  Result<ResolvedImage> ResolveLayout(const std::string&, const std::string&,
                                      const Platform&) override {
    ADD_FAILURE() << "a layout was asked for";
    return Error(DiagnosticKind::kImageNotFound, "none");
  }
};

class InspectTest : public ::testing::Test {
 protected:
  Dockerfile Parse(std::string text) {
    return ParseDockerfile(files_, files_.Add("Dockerfile", std::move(text)), diagnostics_);
  }

  Outline OutlineOf(std::string text) {
    const Dockerfile dockerfile = Parse(std::move(text));
    OutlineCollector collector(options_);
    NoResolver resolver;
    FileLowering(files_, dockerfile, options_, resolver, diagnostics_, LowerInstruction,
                 {.observer = &collector, .offline = true})
        .Run();
    EXPECT_FALSE(diagnostics_.has_errors());
    return collector.Take();
  }

  SourceFiles files_;
  FrontendOptions options_;
  DiagnosticEngine diagnostics_;
};

auto Argument(const std::string& name, const std::string& value) {
  return testing::AllOf(Field("name", &Outline::Argument::name, name),
                        Field("value", &Outline::Argument::value, value));
}

auto Credential(const std::string& id, bool required) {
  return testing::AllOf(Field("id", &Outline::Credential::id, id),
                        Field("required", &Outline::Credential::required, required));
}

TEST_F(InspectTest, ListsTargetsWithTheirComments) {
  const Dockerfile file =
      Parse("# build compiles\nFROM --platform=$BUILDPLATFORM golang AS build\nFROM scratch\n");
  const std::vector<TargetInfo> targets = ListTargets(file, diagnostics_);
  ASSERT_THAT(targets, SizeIs(2));
  EXPECT_EQ(targets[0].name, "build");
  EXPECT_EQ(targets[0].description, "compiles");
  EXPECT_EQ(targets[0].base, "golang");
  EXPECT_EQ(targets[0].platform, "$BUILDPLATFORM");
  EXPECT_FALSE(targets[0].is_default);
  EXPECT_EQ(targets[0].range.begin.line, 2u);
  EXPECT_EQ(targets[1].name, "");
  EXPECT_TRUE(targets[1].is_default);
}

TEST_F(InspectTest, TakesArgumentsOfNeededStagesWithTheirValues) {
  options_.build_args = {{"MODE", "fast"}};
  const Outline outline = OutlineOf(
      "# VERSION of the base\nARG VERSION=1\nARG UNUSED=2\n"
      "FROM alpine:$VERSION AS base\nARG MODE=slow\n"
      "FROM scratch AS other\nARG ELSEWHERE\n"
      "FROM base AS app\nARG A=1 B=$A\n");
  EXPECT_EQ(outline.name, "app");
  EXPECT_THAT(outline.arguments, ElementsAre(Argument("VERSION", "1"), Argument("MODE", "fast"),
                                             Argument("A", "1"), Argument("B", "1")));
  EXPECT_EQ(outline.arguments[0].description, "of the base");
}

TEST_F(InspectTest, TakesMounts) {
  const Outline outline = OutlineOf(
      "FROM alpine\nWORKDIR /w\n"
      "RUN --mount=type=secret,id=token --mount=type=ssh --mount=type=cache,target=c true\n"
      "RUN --mount=type=secret,id=token,required --mount=type=secret,target=/etc/key true\n"
      "RUN --mount=type=ssh,id=git,required=true --mount=type=cache,target=/x,id=x true\n");
  EXPECT_THAT(outline.secrets, ElementsAre(Credential("token", true), Credential("key", false)));
  EXPECT_THAT(outline.agents, ElementsAre(Credential("default", false), Credential("git", true)));
  EXPECT_THAT(outline.caches,
              ElementsAre(Field(&Outline::Cache::id, "/w/c"), Field(&Outline::Cache::id, "x")));
  EXPECT_THAT(outline.arguments, IsEmpty());
}

}  // namespace
}  // namespace cooper
