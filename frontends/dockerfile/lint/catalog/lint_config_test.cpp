#include "frontends/dockerfile/lint/catalog/lint_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using ::testing::HasSubstr;

const LintRuleInfo& kStable = InfoOf(LintRuleId::kStageNameCasing);
const LintRuleInfo& kExperimental = InfoOf(LintRuleId::kInvalidDefinitionDescription);

LintConfig Parsed(std::string_view text) {
  Result<LintConfig> config = LintConfig::Parse(text);
  EXPECT_TRUE(config.ok()) << text;
  return config.ok() ? *config : LintConfig();
}

TEST(LintConfig, AllowsStableRulesOnlyWithoutOptions) {
  EXPECT_TRUE(Parsed(" ").Allows(kStable));
  EXPECT_FALSE(Parsed(" ").Allows(kExperimental));
}

TEST(LintConfig, ReadsAllOptions) {
  const LintConfig config =
      Parsed(" skip = StageNameCasing , FromAsCasing ; error=true;experimental=all");
  EXPECT_FALSE(config.Allows(kStable));
  EXPECT_TRUE(config.Allows(kExperimental));
  EXPECT_TRUE(config.Allows(InfoOf(LintRuleId::kUndefinedVar)));
  EXPECT_TRUE(config.error);
}

TEST(LintConfig, SkipAllLeavesWantedExperimentalRules) {
  const LintConfig config = Parsed("skip=all;experimental=InvalidDefinitionDescription");
  EXPECT_FALSE(config.Allows(kStable));
  EXPECT_TRUE(config.Allows(kExperimental));
}

TEST(LintConfig, RefusesUnknownOptions) {
  for (const char* text : {"skipp=all", "skip", "error=yes", "skip=all;;"}) {
    const Result<LintConfig> config = LintConfig::Parse(text);
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_EQ(config.error().kind(), DiagnosticKind::kInvalidDirective);
    EXPECT_THAT(config.error().message(), HasSubstr("invalid check option"));
  }
}

TEST(LintConfig, CommentsSilenceForOneInstruction) {
  const LintConfig config;
  EXPECT_FALSE(
      config.With({"check=skip=StageNameCasing // the image is called so"}).Allows(kStable));
  EXPECT_FALSE(config.With({"text", "Check = skip=all"}).Allows(kStable));
  EXPECT_TRUE(config.With({"check=skip"}).Allows(kStable));
  EXPECT_TRUE(config.With({"checks are made here"}).Allows(kStable));
}

TEST(LintConfig, CommentsSilenceExperimentalRulesByName) {
  const LintConfig config = Parsed("experimental=InvalidDefinitionDescription");
  EXPECT_FALSE(config.With({"check=skip=InvalidDefinitionDescription"}).Allows(kExperimental));
}

}  // namespace
}  // namespace cooper
