#include "cli/image/ascii_json.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(AsciiJson, KeepsWhatIsPlain) {
  EXPECT_EQ(AsciiJson("{\n \"a\": [1, \"x\\u001b\"]}"), "{\n \"a\": [1, \"x\\u001b\"]}");
}

TEST(AsciiJson, EscapesTheRest) {
  EXPECT_EQ(AsciiJson("\"\u00e9\u202e\u20ac\""), "\"\\u00e9\\u202e\\u20ac\"");
  EXPECT_EQ(AsciiJson("\"\U0001f600\""), "\"\\ud83d\\ude00\"");
  EXPECT_EQ(AsciiJson("\"\x7f\xff\""), "\"\\u007f\\ufffd\"");
}

}  // namespace
}  // namespace cooper
