#include "frontends/dockerfile/ignore_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using ::testing::ElementsAre;

TEST(IgnoreFile, CleansPatterns) {
  const Result<std::vector<std::string>> patterns = ParseIgnoreFile(
      "\xEF\xBB\xBF# note\n # kept\n\n  a/./b/ \r\n/c/../d\n! /keep\n!x/\n..//e\n/\n**/*.o");
  ASSERT_TRUE(patterns.ok());
  EXPECT_THAT(*patterns, ElementsAre("# kept", "a/b", "d", "!keep", "!x", "../e", "/", "**/*.o"));
}

TEST(IgnoreFile, RefusesABareException) {
  const Result<std::vector<std::string>> patterns = ParseIgnoreFile("a\n! \n");
  ASSERT_FALSE(patterns.ok());
  EXPECT_EQ(patterns.error().kind(), DiagnosticKind::kIgnorePattern);
  EXPECT_THAT(patterns.error().message(), ::testing::HasSubstr("line 2"));
}

TEST(IgnoreFile, RefusesABareExceptionBehindASlash) {
  for (const char* text : {"/!\n", "./!\n", "a/../!\n"}) {
    const Result<std::vector<std::string>> patterns = ParseIgnoreFile(text);
    ASSERT_FALSE(patterns.ok()) << text;
    EXPECT_THAT(patterns.error().message(), ::testing::HasSubstr("line 1"));
  }
  EXPECT_THAT(*ParseIgnoreFile("/!x\n"), ElementsAre("!x"));
}

}  // namespace
}  // namespace cooper
