#include "frontends/dockerfile/expand/word_expander.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MapScope final : public VariableScope {
 public:
  std::map<std::string, std::string, std::less<>> values = {{"home", "/home/me"},
                                                            {"empty", ""},
                                                            {"city", "Köln"},
                                                            {"list", " one  two three "},
                                                            {"file", "a/b/c.tar.gz"}};

  std::optional<std::string_view> Get(std::string_view name) const override {
    const auto it = values.find(name);
    if (it == values.end()) return std::nullopt;
    return it->second;
  }
};

struct Case {
  std::string text;
  std::string expected;
};

class ExpandWordTo : public ::testing::TestWithParam<Case> {};

TEST_P(ExpandWordTo, GivesTheExpectedText) {
  const MapScope scope;
  const Expansion result = WordExpander(scope).ExpandWord(GetParam().text);
  EXPECT_FALSE(result.fault.has_value()) << GetParam().text << ": " << result.fault->message;
  EXPECT_EQ(result.text, GetParam().expected) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Word, ExpandWordTo,
    ::testing::Values(
        // Quotes and escapes.
        Case{"plain", "plain"}, Case{"'single $home'", "single $home"},
        Case{R"("double $home")", "double /home/me"}, Case{R"(a\ b)", "a b"},
        Case{R"(\$home)", "$home"}, Case{R"("\$home")", "$home"}, Case{R"('\$home')", R"(\$home)"},
        Case{R"("a\tb")", R"(a\tb)"}, Case{R"(a\tb)", "atb"}, Case{R"("say \"x\"")", R"(say "x")"},
        Case{R"("a\\b")", R"(a\b)"}, Case{R"(it\'s)", "it's"}, Case{R"(end\)", "end"},
        Case{R"("")", ""}, Case{R"(a"b"'c'd)", "abcd"},
        // Names.
        Case{"$home/x", "/home/me/x"}, Case{"${home}x", "/home/mex"}, Case{"$nope", ""},
        Case{"a$nope.b", "a.b"}, Case{"$", "$"}, Case{"$.x", "$.x"}, Case{"$1x", "x"},
        Case{"$12x", "x"}, Case{"$$home", "home"}, Case{"$@y", "y"}, Case{"${#}", ""},
        Case{"$city!", "Köln!"}, Case{"$empty", ""},
        // Defaults and alternatives.
        Case{"${nope:-w}", "w"}, Case{"${nope-w}", "w"}, Case{"${empty:-w}", "w"},
        Case{"${empty-w}", ""}, Case{"${home:-w}", "/home/me"}, Case{"${home:+w}", "w"},
        Case{"${empty:+w}", ""}, Case{"${empty+w}", "w"}, Case{"${nope+w}", ""},
        Case{"${home?gone}", "/home/me"}, Case{"${empty?gone}", ""},
        Case{R"(${nope:-${home:+"x ${city}"}})", "x Köln"}, Case{"${nope:-{}", "{"},
        Case{R"(${nope:-a\}b})", "a}b"}, Case{"${nope:-'}'}", "}"},
        // Patterns.
        Case{"${file#*/}", "b/c.tar.gz"}, Case{"${file##*/}", "c.tar.gz"},
        Case{"${file%.*}", "a/b/c.tar"}, Case{"${file%%.*}", "a/b/c"},
        Case{"${file#x}", "a/b/c.tar.gz"}, Case{"${file#?}", "/b/c.tar.gz"},
        Case{"${city#K?}", "ln"}, Case{"${city%?}", "Köl"}, Case{R"(${file/\//-})", "a-b/c.tar.gz"},
        Case{R"(${file//\//-})", "a-b-c.tar.gz"}, Case{"${file/*b/X}", "X/c.tar.gz"},
        Case{"${file//[/X}", "a/b/c.tar.gz"}, Case{"${nope#x}", ""}, Case{"${nope/x/y}", ""},
        Case{"${file//./}", "a/b/ctargz"}));

struct FaultCase {
  std::string text;
  std::string message;
  size_t offset;
};

class ExpandWordFails : public ::testing::TestWithParam<FaultCase> {};

TEST_P(ExpandWordFails, SaysWhatAndWhere) {
  const MapScope scope;
  const Expansion result = WordExpander(scope).ExpandWord(GetParam().text);
  ASSERT_TRUE(result.fault.has_value()) << GetParam().text << " gave " << result.text;
  EXPECT_THAT(result.fault->message, HasSubstr(GetParam().message));
  EXPECT_EQ(result.fault->offset, GetParam().offset);
}

INSTANTIATE_TEST_SUITE_P(
    Word, ExpandWordFails,
    ::testing::Values(
        FaultCase{"ab'c", "matching single-quote", 2},
        FaultCase{"ab\"c", "matching double-quote", 2},
        FaultCase{R"("a\")", "matching double-quote", 0}, FaultCase{"x${}", "bad substitution", 1},
        FaultCase{"x${{y}", "bad substitution", 1}, FaultCase{"${:-x}", "bad substitution", 0},
        FaultCase{"a${home", "missing '}'", 1}, FaultCase{"a${home:-x", "missing '}'", 1},
        FaultCase{"${nope:-a ${home}", "missing '}'", 0}, FaultCase{"${home/x", "missing '/'", 0},
        FaultCase{"${home/x/y", "missing '}'", 0}, FaultCase{"${home:=x}", "modifier (:=)", 6},
        FaultCase{"${home:#x}", "modifier (:#)", 6}, FaultCase{"${home^^}", "modifier (^)", 6},
        FaultCase{"${nope?}", "nope: is not allowed to be unset", 0},
        FaultCase{"${empty:?}", "empty: is not allowed to be empty", 0},
        FaultCase{"-${nope:?say it}", "nope: say it", 1},
        FaultCase{R"(${home#\a})", R"(invalid escape `\a`)", 0}));

TEST(WordExpander, UsesTheEscapeCharacterOfTheFile) {
  const MapScope scope;
  const WordExpander expander(scope, {.escape = '`'});
  EXPECT_EQ(expander.ExpandWord(R"(C:\dir\`$home)").text, R"(C:\dir\$home)");
}

TEST(WordExpander, ReportsNamesThatAreNotSet) {
  const MapScope scope;
  EXPECT_THAT(WordExpander(scope).ExpandWord("$home $one ${two:-x}").unset,
              ElementsAre("one", "two"));
}

TEST(WordExpander, KeepsWhatItIsToldToKeep) {
  const MapScope scope;
  const WordExpander raw(scope, {.keep_quotes = true, .keep_escapes = true, .keep_unset = true});
  EXPECT_EQ(raw.ExpandWord(R"("a" 'b' \c $nope ${nope:-x})").text,
            R"("a" 'b' \c $nope ${nope:-x})");
  const WordExpander body(scope, {.ignore_quotes = true});
  EXPECT_EQ(body.ExpandWord(R"(it's "$home" \$home)").text, R"(it's "/home/me" $home)");
}

TEST(WordExpander, SplitsUnquotedValuesOnly) {
  const MapScope scope;
  const WordExpander expander(scope);
  EXPECT_THAT(expander.ExpandWords("a$list-b").words,
              ElementsAre("a", "one", "two", "three", "-b"));
  EXPECT_THAT(expander.ExpandWords("a\"$list\"b c").words, ElementsAre("a one  two three b", "c"));
  EXPECT_THAT(expander.ExpandWords(R"(a\ b '' $empty)").words, ElementsAre("a b"));
  EXPECT_THAT(expander.ExpandWords("a 'b").words, IsEmpty());
}

TEST(WordExpander, RefusesBombs) {
  MapScope scope;
  scope.values["x"] = std::string(200'000, 'x');
  const Expansion wide = WordExpander(scope).ExpandWord("$x$x$x$x$x$x$x");
  ASSERT_TRUE(wide.fault.has_value());
  EXPECT_EQ(wide.fault->kind, DiagnosticKind::kLimitExceeded);

  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "${a:-";
  const Expansion nested = WordExpander(scope).ExpandWord(deep);
  ASSERT_TRUE(nested.fault.has_value());
  EXPECT_EQ(nested.fault->kind, DiagnosticKind::kLimitExceeded);

  const Expansion slow = WordExpander(scope).ExpandWord("${x//x*x*x*y/z}");
  ASSERT_TRUE(slow.fault.has_value());
  EXPECT_EQ(slow.fault->kind, DiagnosticKind::kLimitExceeded);
}

TEST(WordExpander, CountsOperandsThatAreDropped) {
  MapScope scope;
  scope.values["x"] = std::string(200'000, 'x');
  std::string word;
  for (int i = 0; i < 100; ++i) word += "${nope:+$x$x}";
  const Expansion dropped = WordExpander(scope).ExpandWord(word);
  ASSERT_TRUE(dropped.fault.has_value());
  EXPECT_EQ(dropped.fault->kind, DiagnosticKind::kLimitExceeded);

  // Each is cheap enough on its own.
  std::string patterns;
  for (int i = 0; i < 1'000; ++i) patterns += "${x##*y}";
  const Expansion many = WordExpander(scope).ExpandWord(patterns);
  ASSERT_TRUE(many.fault.has_value());
  EXPECT_EQ(many.fault->kind, DiagnosticKind::kLimitExceeded);
}

TEST(WordExpander, TakesFromTheBudgetOfTheFile) {
  const MapScope scope;
  ExpansionBudget bytes{.bytes = 10};
  const WordExpander expander(scope, {.budget = &bytes});
  EXPECT_FALSE(expander.ExpandWord("plain").fault);
  EXPECT_FALSE(expander.ExpandWords("'a b'").fault);
  EXPECT_EQ(bytes.bytes, 2U);
  EXPECT_THAT(expander.ExpandWord("abc").fault->message, HasSubstr("gives more than"));
  EXPECT_THAT(expander.ExpandWords("abc").fault->message, HasSubstr("gives more than"));
  EXPECT_EQ(bytes.bytes, 0U);

  ExpansionBudget steps{.steps = 20};
  EXPECT_FALSE(WordExpander(scope, {.budget = &steps}).ExpandWord("$home").fault);
  EXPECT_LT(steps.steps, 20U);
  const Expansion last = WordExpander(scope, {.budget = &steps}).ExpandWord("$home$home");
  EXPECT_THAT(last.fault->message, HasSubstr("takes more than"));
  EXPECT_EQ(steps.steps, 0U);
}

}  // namespace
}  // namespace cooper
