#include "backends/filesystem/tree/file_tree.h"

#include <string>
#include <vector>

#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

using Names = std::vector<std::string>;

TEST(FileTree, UpperLayerWins) {
  const FileTree tree =
      MemoryTree({MemoryLayer().File("a", "old"), MemoryLayer().File("a", "new", 0600)});
  EXPECT_EQ(tree.Find("a")->mode, 0600U);
  EXPECT_EQ(tree.ReadFile("a", 100).value(), "new");
}

TEST(FileTree, WhiteoutHidesThePathAndEverythingBelow) {
  const FileTree tree = MemoryTree(
      {MemoryLayer().Directory("d").File("d/x").File("d/e/y"), MemoryLayer().Whiteout("d")});
  EXPECT_FALSE(tree.Find("d"));
  EXPECT_FALSE(tree.Find("d/x"));
  EXPECT_FALSE(tree.Find("d/e/y"));
  EXPECT_TRUE(tree.List("d").empty());
  EXPECT_TRUE(tree.List("").empty());
}

TEST(FileTree, WhiteoutLeavesWhatLaterLayersAddAgain) {
  const FileTree tree = MemoryTree({MemoryLayer().Directory("d", 0700).File("d/x").File("d/z"),
                                    MemoryLayer().Whiteout("d"), MemoryLayer().File("d/y")});
  EXPECT_EQ(tree.List("d"), Names{"y"});
  EXPECT_EQ(tree.Find("d")->mode, 0755U);
}

TEST(FileTree, OpaqueDirectoryHidesOnlyLowerLayers) {
  const FileTree tree = MemoryTree(
      {MemoryLayer().Directory("d").File("d/x").File("e"), MemoryLayer().Opaque("d").File("d/y")});
  EXPECT_EQ(tree.List("d"), Names{"y"});
  EXPECT_FALSE(tree.Find("d/x"));
  EXPECT_TRUE(tree.Find("e"));
}

TEST(FileTree, FileOverDirectoryHidesWhatWasBelow) {
  const FileTree tree =
      MemoryTree({MemoryLayer().Directory("d").File("d/x"), MemoryLayer().File("d", "f")});
  EXPECT_FALSE(tree.Find("d/x"));
  EXPECT_TRUE(tree.List("d").empty());
  EXPECT_EQ(tree.List(""), Names{"d"});
}

TEST(FileTree, MergesListsOfAllLayers) {
  const FileTree tree =
      MemoryTree({MemoryLayer().Directory("d").File("d/b").File("d/c").File("d.x"),
                  MemoryLayer().File("d/a/deep").Whiteout("d/b"), MemoryLayer().File("d/c")});
  EXPECT_EQ(tree.List("d"), (Names{"a", "c"}));
  EXPECT_EQ(tree.List(""), (Names{"d", "d.x"}));
}

TEST(FileTree, ParentsThatNoLayerListsAreDirectories) {
  const FileTree tree = MemoryTree({MemoryLayer().File("a/b/c"), MemoryLayer().Whiteout("x/y")});
  ASSERT_TRUE(tree.Find("a/b"));
  EXPECT_EQ(tree.Find("a/b")->type, EntryType::kDirectory);
  EXPECT_EQ(tree.Find("a/b")->mode, 0755U);
  EXPECT_FALSE(tree.Find("x"));
  EXPECT_EQ(tree.Find("")->type, EntryType::kDirectory);
}

TEST(FileTree, HardLinkIsTheFileOfItsOwnLayer) {
  const FileTree tree = MemoryTree(
      {MemoryLayer().File("a", "one", 0640).HardLink("b", "a"), MemoryLayer().File("a", "two")});
  const auto b = tree.Find("b");
  ASSERT_TRUE(b);
  EXPECT_EQ(b->type, EntryType::kFile);
  EXPECT_EQ(b->path, "b");
  EXPECT_EQ(b->mode, 0640U);
  EXPECT_EQ(tree.ReadFile("b", 10).value(), "one");
  EXPECT_NE(tree.FindListed("a"), tree.FindListed("b"));
}

TEST(FileTree, HardLinkCycleIsNothing) {
  const FileTree tree = MemoryTree({MemoryLayer().HardLink("a", "b").HardLink("b", "a")});
  EXPECT_FALSE(tree.Find("a"));
}

TEST(FileTree, ResolvesLinksInParentsAndInTheLastName) {
  const FileTree tree = MemoryTree({MemoryLayer()
                                        .Symlink("bin", "usr/bin")
                                        .File("usr/bin/sh")
                                        .Symlink("usr/bin/l", "/bin/../bin/sh")
                                        .Symlink("up", "../../../usr")});
  EXPECT_EQ(tree.Resolve("/bin/sh", true).value(), "usr/bin/sh");
  EXPECT_EQ(tree.Resolve("bin/l", true).value(), "usr/bin/sh");
  EXPECT_EQ(tree.Resolve("bin/l", false).value(), "usr/bin/l");
  EXPECT_EQ(tree.Resolve("up/bin/new/x", true).value(), "usr/bin/new/x");
  EXPECT_EQ(tree.Resolve("bin/..", true).value(), "usr");
  EXPECT_EQ(tree.Resolve("/../../a", true).value(), "a");
}

TEST(FileTree, RefusesLinkLoops) {
  const FileTree tree = MemoryTree({MemoryLayer().Symlink("a", "b").Symlink("b", "a")});
  const auto resolved = tree.Resolve("a/x", false);
  ASSERT_FALSE(resolved.ok());
  EXPECT_EQ(resolved.error().message(), "too many symbolic links in `/a/x`; the limit is 40");
  EXPECT_EQ(tree.Resolve("a", false).value(), "a");
}

TEST(FileTree, ReadFileKeepsToItsLimit) {
  const FileTree tree = MemoryTree({MemoryLayer().File("f", "12345").Directory("d")});
  EXPECT_EQ(tree.ReadFile("f", 5).value(), "12345");
  EXPECT_EQ(tree.ReadFile("f", 4).error().kind(), DiagnosticKind::kLimitExceeded);
  EXPECT_EQ(tree.ReadFile("d", 4).error().kind(), DiagnosticKind::kMissingSource);
  EXPECT_EQ(tree.ReadFile("x", 4).error().kind(), DiagnosticKind::kMissingSource);
}

}  // namespace
}  // namespace cooper
