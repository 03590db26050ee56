#include <string>
#include <vector>

#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

using Names = std::vector<std::string>;

FileTree Base() {
  return MemoryTree({MemoryLayer()
                         .Directory("srv")
                         .File("etc/passwd", "app:x:10:20::/:\n")
                         .Symlink("var/run", "/run")
                         .Directory("run")});
}

TEST(Mkdir, MakesEveryMissingParentWithTheOwner) {
  const FileTree base = Base();
  RecordingSink sink;
  FileMkdirOp op;
  op.path = "/srv/a/b";
  op.mode = 0750;
  op.chown = "app";
  ASSERT_TRUE(ApplyMkdir(op, {.base = base, .now = {.seconds = 9}, .archives = {}}, sink).ok());
  EXPECT_EQ(sink.Paths(), (Names{"srv", "srv/a", "srv/a/b"}));
  EXPECT_EQ(sink.Find("srv/a")->mode, 0750U);
  EXPECT_EQ(sink.Find("srv/a")->uid, 10U);
  EXPECT_EQ(sink.Find("srv/a/b")->mtime.seconds, 9);
}

TEST(Mkdir, LeavesAnExistingDirectoryAlone) {
  const FileTree base = Base();
  RecordingSink sink;
  for (const char* path : {"/srv", "/", "/var/run"}) {
    FileMkdirOp op;
    op.path = path;
    op.mode = 0700;
    EXPECT_TRUE(ApplyMkdir(op, {.base = base, .now = {}, .archives = {}}, sink).ok()) << path;
  }
  EXPECT_TRUE(sink.entries().empty());
}

TEST(Mkdir, FollowsLinks) {
  const FileTree base = Base();
  RecordingSink sink;
  FileMkdirOp op;
  op.path = "/var/run/sub";
  ASSERT_TRUE(ApplyMkdir(op, {.base = base, .now = {}, .archives = {}}, sink).ok());
  EXPECT_EQ(sink.Paths(), (Names{"run", "run/sub"}));
}

TEST(Mkdir, RefusesAFileInTheWay) {
  const FileTree base = Base();
  RecordingSink sink;
  FileMkdirOp op;
  op.path = "/etc/passwd/x";
  const Status status = ApplyMkdir(op, {.base = base, .now = {}, .archives = {}}, sink);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(),
            "cannot make directory `/etc/passwd/x`: `/etc/passwd` is not a directory");
}

}  // namespace
}  // namespace cooper
