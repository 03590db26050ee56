#include "frontends/dockerfile/lint/linter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "frontends/dockerfile/lower/file_lowering.h"
#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Every image exists and is empty.
class EmptyImages final : public ImageResolver {
 public:
  Result<ResolvedImage> Resolve(const Reference& reference, const Platform&) override {
    return ResolvedImage{SourceImageOp{reference.ToString(), std::nullopt, std::nullopt}, {}};
  }
  Result<ResolvedImage> ResolveLayout(const std::string&, const std::string&,
                                      const Platform&) override {
    return Error(DiagnosticKind::kImageNotFound, "there is no layout");
  }
};

class LinterTest : public ::testing::Test {
 protected:
  std::vector<std::string> Lint(std::string text) {
    const Dockerfile dockerfile =
        ParseDockerfile(files_, files_.Add("Dockerfile", std::move(text)), diagnostics_);
    Linter linter(dockerfile, options_, diagnostics_);
    FileLowering(files_, dockerfile, options_, images_, diagnostics_, LowerInstruction,
                 {.observer = &linter})
        .Run();
    report_ = linter.Finish();
    std::vector<std::string> names;
    for (const LintFinding& finding : report_.findings) {
      names.emplace_back(InfoOf(finding.rule).name);
    }
    return names;
  }

  SourceFiles files_;
  FrontendOptions options_;
  DiagnosticEngine diagnostics_;
  EmptyImages images_;
  LintReport report_;
};

TEST_F(LinterTest, LooksIntoNeededStagesAlone) {
  EXPECT_THAT(Lint("FROM scratch AS a\nENV k v\nFROM scratch\nENV k2=$x\n"),
              ElementsAre("UndefinedVar"));
}

TEST_F(LinterTest, InheritsWorkdirAndShellOfParentStages) {
  EXPECT_THAT(Lint("FROM alpine AS a\nWORKDIR /w\nSHELL [\"/bin/ash\"]\n"
                   "FROM a\nWORKDIR x\nCMD run\n"),
              IsEmpty());
}

TEST_F(LinterTest, SaysNothingOfTriggers) {
  EXPECT_THAT(Lint("FROM alpine AS a\nONBUILD ENV k $unset\nFROM a\n"), IsEmpty());
}

TEST_F(LinterTest, DroppedFindingsStillFail) {
  std::string text = "# check=error=true\nFROM scratch\n";
  for (size_t i = 0; i <= kMaxLintFindings; ++i) text += "COPY a b /c\n";
  text += "MAINTAINER me\n";
  Lint(text);
  EXPECT_EQ(report_.findings.size(), kMaxLintFindings);
  EXPECT_EQ(report_.dropped_count, 2u);
  ASSERT_EQ(diagnostics_.Sorted().size(), 1u);
  EXPECT_EQ(diagnostics_.Sorted()[0].message,
            "lint violation found for rules: MaintainerDeprecated");
}

}  // namespace
}  // namespace cooper
