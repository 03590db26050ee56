#include "frontends/dockerfile/operands/path.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(Path, ClampsToTheRoot) {
  EXPECT_EQ(CleanAbsolute("../../a/./b//c/.."), "/a/b");
  EXPECT_EQ(CleanAbsolute(""), "/");
  EXPECT_EQ(CleanSource("/../a*"), "a*");
  EXPECT_EQ(CleanSource("./"), ".");
}

TEST(Path, KeepsWhatSaysDirectory) {
  EXPECT_EQ(CleanDestination("/w", "."), "/w/");
  EXPECT_EQ(CleanDestination("/w", ""), "/w/");
  EXPECT_EQ(CleanDestination("/w", "x/."), "/w/x/");
  EXPECT_EQ(CleanDestination("/w", "/x/"), "/x/");
  EXPECT_EQ(CleanDestination("/w", "../x"), "/x");
  EXPECT_EQ(CleanDestination("/", "./"), "/");
}

TEST(Path, KeepsThePivotOfParents) {
  EXPECT_EQ(CleanSourceWithPivot("./d/sub/./deep"), "d/sub/./deep");
  EXPECT_EQ(CleanSourceWithPivot("./p/*/f"), "p/*/f");
}

TEST(Path, EscapesTheWildcardsOfAName) {
  EXPECT_EQ(LiteralSource("a*b?[c]\\d.txt"), "a\\*b\\?\\[c]\\\\d.txt");
}

}  // namespace
}  // namespace cooper
