#include "backends/filesystem/diff/overlay_diff.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>

#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "backends/filesystem/testing/temporary_directory.h"
#include "backends/filesystem/write/directory_writer.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

using Names = std::vector<std::string>;

class OverlayDiff : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners, devices and trusted xattrs";
  }

  void Write(const MemoryLayer& layer, const FileTree* lower = nullptr) {
    DirectoryWriter writer(upper_.fd(), {.lower = lower});
    for (const TreeEntry& entry : layer.entries()) {
      const std::string text = entry.type == EntryType::kFile ? layer.files().at(entry.path) : "";
      StringReader reader(text);
      const Status status = writer.Add(entry, text.empty() ? nullptr : &reader);
      ASSERT_TRUE(status.ok()) << status.error().message();
    }
    ASSERT_TRUE(writer.Finish().ok());
  }
  LayerIndex Read(const FileTree& lower = {}, const Names& stubs = {}) {
    auto index = ReadOverlayLayer(upper_.fd(), Root(), lower, stubs);
    EXPECT_TRUE(index.ok()) << index.error().message();
    return index.ok() ? *std::move(index) : LayerIndex();
  }
  TreeEntry Root() { return *ReadOverlayRoot(upper_.fd()); }
  // Paths, with `-` in front of whiteouts.
  static Names Paths(const LayerIndex& index) {
    Names paths;
    for (const TreeEntry& entry : index.entries()) {
      paths.push_back((entry.type == EntryType::kWhiteout ? "-" : "") + entry.path);
    }
    return paths;
  }

  TemporaryDirectory upper_;
};

TEST_F(OverlayDiff, ReadsBackWhatTheDirectoryWriterWrote) {
  TreeEntry device;
  device.path = "b";
  device.type = EntryType::kBlockDevice;
  device.mode = 0660;
  device.uid = 9;
  device.device_major = 7;
  device.device_minor = 200;
  TreeEntry file;
  file.path = "f";
  file.mode = 04711;
  file.gid = 50;
  file.mtime = {.seconds = 3, .nanoseconds = 4};
  file.xattrs = {{"user.k", std::string("v\0w", 3)}};
  MemoryLayer layer;
  layer.Entry(device).Directory("d", 01777, 1, 2).File("d/x", "text").Entry(file, "file");
  layer.HardLink("g", "f").Symlink("l", "/x").Whiteout("old");
  const FileTree lower = MemoryTree({MemoryLayer().File("old")});
  Write(layer, &lower);
  std::vector<TreeEntry> expected = layer.entries();
  for (TreeEntry& entry : expected) {
    if (entry.type == EntryType::kWhiteout) entry.mtime = {};
    if (entry.type != EntryType::kHardLink) continue;
    entry.mode = file.mode;
    entry.gid = file.gid;
    entry.mtime = file.mtime;
  }
  EXPECT_EQ(Read(lower).entries(), expected);
}

TEST_F(OverlayDiff, KeepsCopiedUpParentsOfChangesAlone) {
  const FileTree lower = MemoryTree({MemoryLayer()
                                         .Directory("a")
                                         .Directory("a/b")
                                         .Directory("same")
                                         .Directory("same/below")
                                         .Directory("mode")});
  Write(MemoryLayer()
            .Directory("a")
            .Directory("a/b")
            .File("a/b/f")
            .Directory("same")
            .Directory("same/below")
            .Directory("mode", 0700),
        &lower);
  ASSERT_EQ(utimensat(upper_.fd(), "same", nullptr, 0), 0);
  EXPECT_EQ(Paths(Read(lower)), (Names{"a", "a/b", "a/b/f", "mode"}));
}

TEST_F(OverlayDiff, ListsTheRootWhenMoreThanItsTimeChanged) {
  const FileTree lower = MemoryTree({MemoryLayer().Directory("", 0750, 3, 4).Directory("d")});
  Write(MemoryLayer(), &lower);
  const TreeEntry before = Root();
  EXPECT_EQ(before, *lower.Find(""));
  const auto read = [&] { return ReadOverlayLayer(upper_.fd(), before, lower, {}); };
  Write(MemoryLayer().File("f"));
  ASSERT_EQ(utimensat(upper_.fd(), ".", nullptr, 0), 0);
  EXPECT_EQ(Paths(*read()), (Names{"f"}));

  ASSERT_EQ(chmod(upper_.path().c_str(), 01700), 0);
  ASSERT_EQ(setxattr(upper_.path().c_str(), "user.k", "v", 1, 0), 0);
  const LayerIndex index = *read();
  EXPECT_EQ(Paths(index), (Names{"", "f"}));
  EXPECT_EQ(index.Find("")->mode, 01700U);
  EXPECT_EQ(index.Find("")->uid, 3U);
  EXPECT_EQ(index.Find("")->gid, 4U);
  EXPECT_EQ(index.Find("")->xattrs.at("user.k"), "v");
}

TEST_F(OverlayDiff, ChangedRootKeepsWhatTheDirectoryNeverHad) {
  TreeEntry root = *FileTree().Find("");
  root.uid = 5;
  root.xattrs = {{"user.kept", "1"}, {"user.removed", "2"}};
  const FileTree lower = MemoryTree({MemoryLayer().Entry(root)});
  // As where a user namespace maps no user 5 and takes no xattrs of a kind.
  TreeEntry before = Root();
  before.xattrs = {{"user.removed", "2"}};
  ASSERT_EQ(chown(upper_.path().c_str(), static_cast<uid_t>(-1), 7), 0);
  const auto index = ReadOverlayLayer(upper_.fd(), before, lower, {});
  ASSERT_TRUE(index.ok());
  ASSERT_EQ(Paths(*index), (Names{""}));
  EXPECT_EQ(index->Find("")->uid, 5U);
  EXPECT_EQ(index->Find("")->gid, 7U);
  EXPECT_EQ(index->Find("")->xattrs, (std::map<std::string, std::string>{{"user.kept", "1"}}));
}

TEST_F(OverlayDiff, DropsFilesCopiedUpForNothing) {
  const FileTree lower =
      MemoryTree({MemoryLayer().File("same", "text").File("edited", "text").File("moved", "text")});
  Write(MemoryLayer().File("same", "text").File("edited", "TEXT").File("moved", "text", 0600));
  EXPECT_EQ(Paths(Read(lower)), (Names{"edited", "moved"}));
}

TEST_F(OverlayDiff, OpaqueDirectoriesBecomeWhiteouts) {
  const FileTree lower =
      MemoryTree({MemoryLayer().File("d/x").File("d/y/1").File("d/e/old").File("d/kept").Directory(
          "new-below")});
  Write(MemoryLayer().Opaque("d").File("d/e/new").File("d/kept", "now").Opaque("fresh"), &lower);
  const LayerIndex index = Read(lower);
  EXPECT_EQ(Paths(index),
            (Names{"d", "d/e", "d/e/new", "-d/e/old", "d/kept", "-d/x", "-d/y", "fresh"}));
  for (const TreeEntry& entry : index.entries()) EXPECT_FALSE(entry.opaque);
}

TEST_F(OverlayDiff, LeavesOutStubsSocketsAndOverlaysOwnXattrs) {
  Write(MemoryLayer().Directory("proc").File("proc/kept").Directory("dev").File("f"));
  ASSERT_EQ(lsetxattr((upper_ / "f").c_str(), "trusted.overlay.origin", "x", 1, 0), 0);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  (upper_ / "s").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  close(fd);
  const LayerIndex index = Read({}, {"dev", "proc/kept"});
  EXPECT_EQ(Paths(index), (Names{"f", "proc"}));
  EXPECT_TRUE(index.Find("f")->xattrs.empty());
}

TEST_F(OverlayDiff, RefusesRedirects) {
  Write(MemoryLayer().Directory("d"));
  ASSERT_EQ(lsetxattr((upper_ / "d").c_str(), "trusted.overlay.redirect", "/x", 2, 0), 0);
  EXPECT_FALSE(ReadOverlayLayer(upper_.fd(), Root(), {}, {}).ok());
}

TEST_F(OverlayDiff, CapabilitiesLoseTheirNamespace) {
  Write(MemoryLayer().File("f", "x"));
  std::string value("\1\0\0\3\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 24);
  if (lsetxattr((upper_ / "f").c_str(), "security.capability", value.data(), 24, 0) != 0) {
    GTEST_SKIP() << "this kernel takes no namespaced capabilities here";
  }
  EXPECT_EQ(Read().Find("f")->xattrs.at("security.capability"),
            std::string("\1\0\0\2\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
}

TEST(SendLayer, SendsWhiteoutsFirstAndLinksBehindTheirFile) {
  const TreeLayer layer = MemoryLayer()
                              .File("d/a", "1")
                              .Whiteout("d/z")
                              .Directory("d")
                              .HardLink("early", "late")
                              .File("late", "2")
                              .HardLink("later", "late")
                              .Whiteout("x")
                              .Build();
  RecordingSink sink;
  const Status status = SendLayer(*layer.index, *layer.content, sink);
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_EQ(sink.Paths(), (Names{"x", "d", "d/z", "d/a", "late", "later", "early"}));
  EXPECT_EQ(sink.Content("late"), "2");
}

}  // namespace
}  // namespace cooper
