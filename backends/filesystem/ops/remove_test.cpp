#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

Status Remove(const std::string& path, bool allow_missing, RecordingSink& sink) {
  const FileTree base = MemoryTree(
      {MemoryLayer().Symlink("l", "/d").Directory("d").File("d/f").Symlink("d/s", "/etc")});
  FileRemoveOp op;
  op.path = path;
  op.allow_missing = allow_missing;
  return ApplyRemove(op, {.base = base, .now = {}, .archives = {}}, sink);
}

TEST(Remove, WhitesOutTheEntryItselfBehindLinkedParents) {
  RecordingSink sink;
  ASSERT_TRUE(Remove("/l/f", false, sink).ok());
  ASSERT_TRUE(Remove("/l/s", false, sink).ok());
  EXPECT_EQ(sink.Paths(), (std::vector<std::string>{"d/f", "d/s"}));
  EXPECT_EQ(sink.Find("d/f")->type, EntryType::kWhiteout);
}

TEST(Remove, MissingPathIsAnErrorUnlessAllowed) {
  RecordingSink sink;
  EXPECT_EQ(Remove("/none", false, sink).error().kind(), DiagnosticKind::kMissingSource);
  EXPECT_TRUE(Remove("/none", true, sink).ok());
  EXPECT_TRUE(sink.entries().empty());
}

TEST(Remove, NeverRemovesTheRoot) {
  RecordingSink sink;
  EXPECT_FALSE(Remove("/../.", true, sink).ok());
}

}  // namespace
}  // namespace cooper
