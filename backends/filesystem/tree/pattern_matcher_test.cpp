#include "backends/filesystem/tree/pattern_matcher.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cooper {
namespace {

bool Matches(const std::vector<std::string>& patterns, std::string_view path) {
  auto matcher = PatternMatcher::Compile(patterns);
  EXPECT_TRUE(matcher.ok()) << matcher.error().message();
  return matcher.ok() && matcher->Matches(path);
}

TEST(MatchPath, StarAndQuestionMarkStayInsideAName) {
  EXPECT_TRUE(MatchPath("a*c", "abbc"));
  EXPECT_TRUE(MatchPath("*", ""));
  EXPECT_FALSE(MatchPath("a*", "a/b"));
  EXPECT_FALSE(MatchPath("a?b", "a/b"));
  EXPECT_TRUE(MatchPath("*/f.txt", "d/f.txt"));
  EXPECT_FALSE(MatchPath("**", "a/b"));
}

TEST(MatchPath, ClassesMayBeNegatedAndMatchOneCharacter) {
  EXPECT_TRUE(MatchPath("f[0-1].txt", "f1.txt"));
  EXPECT_FALSE(MatchPath("f[^0].txt", "f0.txt"));
  EXPECT_TRUE(MatchPath("f[^0].txt", "fz.txt"));
  EXPECT_TRUE(MatchPath("[\\]x]", "]"));
  EXPECT_TRUE(MatchPath("?[é-ö]", "日ê"));
}

TEST(MatchPath, BackslashTakesTheNextCharacterAsItIs) {
  EXPECT_TRUE(MatchPath("a\\*b", "a*b"));
  EXPECT_FALSE(MatchPath("a\\*b", "axb"));
}

TEST(MatchPath, MalformedPatternMatchesNothing) {
  for (const char* pattern : {"[", "a[", "[]a]", "[-x]", "[x-]", "[a-b-c]", "\\", "a[^", "[^]"}) {
    EXPECT_FALSE(MatchPath(pattern, "a")) << pattern;
    EXPECT_FALSE(PatternMatcher::Compile({pattern}).ok()) << pattern;
  }
}

TEST(MatchPath, ManyStarsStayCheap) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(MatchPath(pattern + "b", std::string(2000, 'a')));
}

TEST(HasWildcard, IgnoresEscapedOnes) {
  EXPECT_TRUE(HasWildcard("a?b"));
  EXPECT_TRUE(HasWildcard("a\\\\*"));
  EXPECT_FALSE(HasWildcard("a\\*b\\["));
  EXPECT_FALSE(HasWildcard("a]b"));
}

TEST(PatternMatcher, DoubleStarSpansAnyNumberOfDirectories) {
  EXPECT_TRUE(Matches({"**/x"}, "x"));
  EXPECT_TRUE(Matches({"**/x"}, "a/b/x"));
  EXPECT_FALSE(Matches({"**/x"}, "a/bx"));
  EXPECT_TRUE(Matches({"a/**/x"}, "a/x"));
  EXPECT_FALSE(Matches({"a/**/x"}, "ax"));
  EXPECT_TRUE(Matches({"a/**"}, "a/b/c"));
  EXPECT_FALSE(Matches({"a/**"}, "a"));
  EXPECT_TRUE(Matches({"**.go"}, "d/a.go"));
  EXPECT_TRUE(Matches({"a*b**/c"}, "abxbc"));
}

TEST(PatternMatcher, MatchOfAParentCoversWhatIsBelow) {
  EXPECT_TRUE(Matches({"dir"}, "dir/a/b"));
  EXPECT_TRUE(Matches({"d?r"}, "dir/a"));
  EXPECT_FALSE(Matches({"dir"}, "x/dir"));
}

TEST(PatternMatcher, LastMatchWins) {
  EXPECT_FALSE(Matches({"**", "!a/b"}, "a/b/c"));
  EXPECT_TRUE(Matches({"**", "!a/b", "a/b/c"}, "a/b/c"));
  EXPECT_FALSE(Matches({"!a", "b"}, "a"));
}

TEST(PatternMatcher, CleansAndSkipsBlankPatterns) {
  EXPECT_TRUE(Matches({"  ", "./d/../a/ "}, "a"));
  EXPECT_FALSE(Matches({"."}, "a"));
  EXPECT_FALSE(Matches({"../x"}, "x"));
}

TEST(PatternMatcher, MatchesADeepPathAndItsParentsInOneGo) {
  // With a match for each parent this would take minutes.
  std::string pattern;
  std::string path;
  for (int i = 0; i < 500; ++i) pattern += "**/a";
  for (int i = 0; i < 1'000; ++i) path += "a/";
  EXPECT_TRUE(Matches({pattern}, path + "a"));
  EXPECT_FALSE(Matches({pattern + "**/b"}, path + "a"));
  EXPECT_TRUE(Matches({"a*/b"}, "ax/b/c"));
  EXPECT_FALSE(Matches({"a*/b"}, "ax/bc/b"));
  EXPECT_FALSE(Matches({"a[/]"}, "a/b"));
}

TEST(PatternMatcher, RefusesALoneExclamationMark) {
  const auto matcher = PatternMatcher::Compile({"x", "!"});
  ASSERT_FALSE(matcher.ok());
  EXPECT_EQ(matcher.error().kind(), DiagnosticKind::kIgnorePattern);
}

TEST(PatternMatcher, WalksAnExcludedDirectoryOnlyForAnException) {
  const auto matcher = PatternMatcher::Compile({"*", "!a/keep", "!b/*/c"});
  ASSERT_TRUE(matcher.ok());
  EXPECT_TRUE(matcher->MayReinclude("a"));
  EXPECT_TRUE(matcher->MayReinclude("a/keep"));
  EXPECT_TRUE(matcher->MayReinclude("b/x"));
  EXPECT_FALSE(matcher->MayReinclude("c"));
  EXPECT_FALSE(matcher->MayReinclude("a/other"));
  EXPECT_TRUE(PatternMatcher::Compile({"*", "!**/x"})->MayReinclude("any/where"));
  EXPECT_FALSE(PatternMatcher::Compile({"*"})->MayReinclude("a"));
  // An escaped slash is a slash: the name does not end there.
  EXPECT_TRUE(PatternMatcher::Compile({"a", "!a\\/b"})->MayReinclude("a"));
}

}  // namespace
}  // namespace cooper
