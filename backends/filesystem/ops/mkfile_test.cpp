#include <string>
#include <vector>

#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

TEST(Mkfile, WritesItsDataAndMissingParents) {
  const FileTree base;
  RecordingSink sink;
  FileMkfileOp op;
  op.path = "/a/f";
  op.mode = 0600;
  op.chown = "3:4";
  op.data = "text";
  ASSERT_TRUE(ApplyMkfile(op, {.base = base, .now = {.seconds = 5}, .archives = {}}, sink).ok());
  EXPECT_EQ(sink.Paths(), (std::vector<std::string>{"a", "a/f"}));
  EXPECT_EQ(sink.Content("a/f"), "text");
  EXPECT_EQ(sink.Find("a/f")->mode, 0600U);
  EXPECT_EQ(sink.Find("a/f")->gid, 4U);
  EXPECT_EQ(sink.Find("a/f")->mtime.seconds, 5);
}

TEST(Mkfile, FollowsALinkAndRefusesADirectory) {
  const FileTree base =
      MemoryTree({MemoryLayer().Symlink("l", "/t").File("t", "old").Directory("d")});
  RecordingSink sink;
  FileMkfileOp op;
  op.path = "/l";
  ASSERT_TRUE(ApplyMkfile(op, {.base = base, .now = {}, .archives = {}}, sink).ok());
  EXPECT_EQ(sink.Paths(), std::vector<std::string>{"t"});
  op.path = "/d";
  EXPECT_EQ(ApplyMkfile(op, {.base = base, .now = {}, .archives = {}}, sink).error().kind(),
            DiagnosticKind::kCopy);
}

}  // namespace
}  // namespace cooper
