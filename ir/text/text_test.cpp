#include "ir/text/text.h"

#include <gtest/gtest.h>

#include <array>

namespace cooper {
namespace {

TEST(EscapeForTerminal, MakesWhatSteersATerminalVisible) {
  EXPECT_EQ(EscapeForTerminal("\x1b[31mred\x07\x7f\r"), "\\x1b[31mred\\x07\\x7f\\x0d");
  EXPECT_EQ(EscapeForTerminal("a\tb\nc"), "a b\\nc");
  EXPECT_EQ(EscapeForTerminal("\u202etxt\u2066\u200f\ufeff"),
            "\\u{202e}txt\\u{2066}\\u{200f}\\u{feff}");
  EXPECT_EQ(EscapeForTerminal("\xc2\x9b"), "\\u{009b}");  // the one-byte CSI of C1
}

TEST(EscapeForTerminal, KeepsOrdinaryTextInAnyScript) {
  EXPECT_EQ(EscapeForTerminal("na\u00efve \u65e5\u672c \U0001f433"),
            "na\u00efve \u65e5\u672c \U0001f433");
}

TEST(EscapeForTerminal, EscapesEachByteThatIsNotUtf8) {
  EXPECT_EQ(EscapeForTerminal("\xff"), "\\xff");
  EXPECT_EQ(EscapeForTerminal("\xc3"), "\\xc3");                    // cut off
  EXPECT_EQ(EscapeForTerminal("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(EscapeForTerminal("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(EscapeForTerminal("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(DisplayWidth, CountsCodePoints) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("\u00e9\u65e5\U0001f433"), 3u);
}

TEST(Quoted, EscapesWhatALiteralCannotHold) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("a\"b\\c\nd\te\rf"), R"("a\"b\\c\nd\te\x0df")");
  EXPECT_EQ(Quoted("\u00e9\xff"), "\"\u00e9\\xff\"");
  EXPECT_EQ(Quoted(std::string_view("\0", 1)), R"("\x00")");
}

TEST(Unquoted, ReadsBackEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(Unquoted(Quoted(all)), all);
}

TEST(Unquoted, RefusesWhatIsNoLiteral) {
  for (const char* bad : {"", "\"", "a", "\"a", "a\"", "\"a\"b\"", "\"\\\"", "\"\\q\"", "\"\\x\"",
                          "\"\\x4\"", "\"\\x4g\"", "\"\\xFF\"", "\"a\nb\""}) {
    EXPECT_EQ(Unquoted(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(Unquoted("\"\\x41\""), "A");
}

TEST(NearestName, FindsSlipsOfTheFingers) {
  constexpr std::array<std::string_view, 4> kNames = {"COPY", "RUN", "ENTRYPOINT", "ENV"};
  EXPECT_EQ(NearestName("CPOY", kNames), "COPY");
  EXPECT_EQ(NearestName("copy", kNames), "COPY");
  EXPECT_EQ(NearestName("ENTRYPIONT", kNames), "ENTRYPOINT");
  EXPECT_EQ(NearestName("RUM", kNames), "RUN");
}

TEST(NearestName, StaysSilentWhenNothingIsNear) {
  constexpr std::array<std::string_view, 2> kNames = {"COPY", "RUN"};
  EXPECT_EQ(NearestName("HEALTHCHECK", kNames), std::nullopt);
  EXPECT_EQ(NearestName("XYZ", kNames), std::nullopt);
  EXPECT_EQ(NearestName("", kNames), std::nullopt);
  EXPECT_EQ(NearestName(std::string(10'000, 'C'), kNames), std::nullopt);
  EXPECT_EQ(NearestName("COPY", {}), std::nullopt);
}

TEST(NearestName, PrefersTheNearerAndThenTheFirst) {
  constexpr std::array<std::string_view, 3> kNames = {"include", "exclude", "excludes"};
  EXPECT_EQ(NearestName("exclud", kNames), "exclude");
  EXPECT_EQ(NearestName("xclude", kNames), "exclude");
}

}  // namespace
}  // namespace cooper
