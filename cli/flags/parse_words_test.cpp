#include "cli/flags/parse_words.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace cooper {
namespace {

class ParseWordsTest : public testing::Test {
 protected:
  ParseWordsTest() {
    app_.require_subcommand(1);
    CLI::App* const build = app_.add_subcommand("build", "Builds");
    AddValue(*build, "CONTEXT", context_, " ", "Directory").required();
    AddValue(*build, "-f,--file", file_, "FILE", "File");
    AddList(*build, "-t,--tag", tags_, "REF", "Name");
    build->add_flag("--push", push_, "Push");
  }

  std::string MessageOf(const std::vector<std::string>& words) {
    const Result<WordsOutcome> outcome = ParseWords(app_, words);
    return outcome.ok() ? "" : outcome.error().message();
  }

  CLI::App app_{"A program", "cooper"};
  std::string context_;
  std::string file_;
  std::vector<std::string> tags_;
  bool push_ = false;
};

TEST_F(ParseWordsTest, RepeatableFlagLeavesTheContextAlone) {
  EXPECT_EQ(MessageOf({"build", "-t", "a", "-t", "b", ".", "--push"}), "");
  EXPECT_EQ(tags_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(context_, ".");
  EXPECT_TRUE(push_);
}

TEST_F(ParseWordsTest, LastOfARepeatedValueCounts) {
  EXPECT_EQ(MessageOf({"build", "-f", "a", "--file=b", "."}), "");
  EXPECT_EQ(file_, "b");
}

TEST_F(ParseWordsTest, UnknownWordsComeBeforeMissingOnes) {
  EXPECT_EQ(MessageOf({"build", "--psuh"}), "unknown flag `--psuh`; did you mean `--push`?");
  EXPECT_EQ(MessageOf({"biuld", "."}), "unknown verb `biuld`; did you mean `build`?");
}

TEST_F(ParseWordsTest, FlagBeforeItsVerbIsToldItsPlace) {
  EXPECT_EQ(MessageOf({"--file=x", "build", "."}),
            "flag `--file` stands before the verb; write `cooper build --file ...`");
}

TEST_F(ParseWordsTest, FlagOfAnotherBuilderIsNotTakenForASlip) {
  EXPECT_EQ(MessageOf({"build", "--pull", "."}),
            "unknown flag `--pull`; leave it out: tags are looked up in the registry by every "
            "build");
}

TEST_F(ParseWordsTest, SaysWhereHelpIsWhenNothingIsNear) {
  EXPECT_EQ(MessageOf({"build", ".", "--zzz=1"}),
            "unknown flag `--zzz`; see `cooper build --help`");
  EXPECT_EQ(MessageOf({"build"}), "`cooper build` needs a CONTEXT; see `cooper build --help`");
  EXPECT_EQ(MessageOf({"build", ".", "-f"}), "`--file` needs a value; see `cooper build --help`");
  EXPECT_EQ(MessageOf({}), "no verb was given; the verbs are `build`; see `cooper --help`");
}

TEST_F(ParseWordsTest, OneArgumentTooManyIsNamed) {
  EXPECT_EQ(MessageOf({"build", ".", "x"}),
            "unexpected argument `x`; `cooper build` takes one CONTEXT");
}

}  // namespace
}  // namespace cooper
