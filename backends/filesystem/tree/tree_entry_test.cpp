#include "backends/filesystem/tree/tree_entry.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace cooper {
namespace {

TEST(TreeOrder, PutsWhatIsBelowADirectoryRightAfterIt) {
  std::vector<std::string> paths = {"a.txt", "a/b", "b", "a", "a-b", "", "a/b/c", "a/\x01"};
  std::sort(paths.begin(), paths.end(), TreeOrder);
  const std::vector<std::string> expected = {"",      "a",   "a/\x01", "a/b",
                                             "a/b/c", "a-b", "a.txt",  "b"};
  EXPECT_EQ(paths, expected);
}

TEST(TreeOrder, IsIrreflexiveAndComparesBytesUnsigned) {
  EXPECT_FALSE(TreeOrder("a/b", "a/b"));
  EXPECT_TRUE(TreeOrder("a", "\xff"));
  EXPECT_FALSE(TreeOrder("\xff", "a"));
}

TEST(CleanTreePath, DropsEmptyNamesAndDots) {
  EXPECT_EQ(CleanTreePath("a//./b/../c/"), "a/c");
  EXPECT_EQ(CleanTreePath("///a/b"), "a/b");
  EXPECT_EQ(CleanTreePath(""), "");
  EXPECT_EQ(CleanTreePath("/."), "");
}

TEST(CleanTreePath, StopsDotDotAtTheRoot) {
  EXPECT_EQ(CleanTreePath("../../x"), "x");
  EXPECT_EQ(CleanTreePath("a/../../.."), "");
  EXPECT_EQ(CleanTreePath("a/..b/..."), "a/..b/...");
}

}  // namespace
}  // namespace cooper
