#include "backends/filesystem/ops/send_tree.h"

#include <string>
#include <vector>

#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

using Names = std::vector<std::string>;

FileTree Tree() {
  return MemoryTree({MemoryLayer()
                         .Directory("d", 02750, 7, 8)
                         .File("d/one", "1", 04711, 7, 8)
                         .HardLink("d/other", "d/one")
                         .Directory("d/sub")
                         .Symlink("d/sub/link", "../one")
                         .File("gone", "g")
                         .Symlink("to-d", "d"),
                     MemoryLayer().Whiteout("gone").File("d/sub/new", "n")});
}

TEST(SendTree, KeepsEverythingOfADirectory) {
  RecordingSink sink;
  ASSERT_TRUE(SendTree(Tree(), "/to-d", "x", sink).ok());
  EXPECT_EQ(sink.Paths(), (Names{"x", "x/one", "x/other", "x/sub", "x/sub/link", "x/sub/new"}));
  EXPECT_EQ(sink.Find("x")->mode, 02750U);
  EXPECT_EQ(sink.Find("x")->gid, 8U);
  EXPECT_EQ(sink.Find("x/one")->mode, 04711U);
  EXPECT_EQ(sink.Content("x/one"), "1");
  EXPECT_EQ(sink.Find("x/other")->type, EntryType::kHardLink);
  EXPECT_EQ(sink.Find("x/other")->link, "x/one");
  EXPECT_EQ(sink.Find("x/sub/link")->link, "../one");
}

TEST(SendTree, TakesTheRootOrOneFile) {
  RecordingSink root;
  ASSERT_TRUE(SendTree(Tree(), "/", "r", root).ok());
  EXPECT_EQ(root.Find("r/gone"), nullptr);
  EXPECT_NE(root.Find("r/d/sub/new"), nullptr);
  RecordingSink file;
  ASSERT_TRUE(SendTree(Tree(), "d/sub/link", "f", file).ok());
  EXPECT_EQ(file.Paths(), Names{"f"});
  EXPECT_EQ(file.Content("f"), "1");
}

TEST(SendTree, SaysWhatIsMissing) {
  RecordingSink sink;
  EXPECT_EQ(SendTree(Tree(), "/no", "x", sink).error().kind(), DiagnosticKind::kMissingSource);
}

}  // namespace
}  // namespace cooper
