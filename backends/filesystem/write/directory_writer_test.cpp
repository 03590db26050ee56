#include "backends/filesystem/write/directory_writer.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "backends/filesystem/testing/memory_tree.h"
#include "backends/filesystem/testing/temporary_directory.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

class DirectoryWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners, devices and trusted xattrs";
    std::ofstream(outside_ / "victim") << "untouched";
    ASSERT_EQ(chmod((outside_ / "victim").c_str(), 0640), 0);
    ASSERT_EQ(chmod(outside_.path().c_str(), 0700), 0);
  }

  // Whatever a layer tries, the directory outside keeps its one file.
  void TearDown() override {
    if (geteuid() != 0) return;
    EXPECT_EQ(Text(outside_ / "victim"), "untouched");
    EXPECT_EQ(Stat(outside_ / "victim").st_mode & 07777, 0640U);
    EXPECT_EQ(Stat(outside_ / "victim").st_nlink, 1U);
    EXPECT_EQ(Stat(outside_ / "victim").st_uid, 0U);
    EXPECT_EQ(Stat(outside_.path()).st_mode & 07777, 0700U);
    EXPECT_EQ(std::distance(fs::directory_iterator(outside_.path()), {}), 1);
  }

  // Each layer starts in an empty directory.
  Status Write(const MemoryLayer& layer, const FileTree* lower = nullptr) {
    for (const auto& item : fs::directory_iterator(root_.path())) fs::remove_all(item.path());
    DirectoryWriter writer(root_.fd(), {.lower = lower});
    for (const TreeEntry& entry : layer.entries()) {
      const std::string text = entry.type == EntryType::kFile ? layer.files().at(entry.path) : "";
      StringReader reader(text);
      COOPER_RETURN_IF_ERROR(writer.Add(entry, text.empty() ? nullptr : &reader));
    }
    return writer.Finish();
  }
  void Expect(const Status& status) { EXPECT_TRUE(status.ok()) << status.error().message(); }

  static struct stat Stat(const fs::path& path) {
    struct stat status = {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status;
  }
  static std::string Text(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static std::string Xattr(const fs::path& path, const char* name) {
    char value[100];
    const ssize_t size = lgetxattr(path.c_str(), name, value, sizeof value);
    return size < 0 ? "<none>" : std::string(value, static_cast<size_t>(size));
  }
  static bool IsWhiteout(const fs::path& path) {
    const struct stat status = Stat(path);
    return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
  }

  TemporaryDirectory root_;
  TemporaryDirectory outside_;
};

TEST_F(DirectoryWriterTest, PlacesOwnersModesTimesAndXattrs) {
  TreeEntry file;
  file.path = "d/f";
  file.mode = 06755;
  file.uid = 1234;
  file.gid = 4321;
  file.mtime = {.seconds = -5, .nanoseconds = 6};
  file.xattrs = {
      {"user.k", "v"},
      {"security.capability", std::string("\1\0\0\2\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)},
      {"trusted.overlay.opaque", "y"},
      {"nonsense", "x"}};
  TreeEntry device;
  device.path = "d/null";
  device.type = EntryType::kCharDevice;
  device.mode = 0666;
  device.device_major = 1;
  device.device_minor = 3;
  Expect(Write(MemoryLayer()
                   .Directory("d", 0500, 7, 8)
                   .Entry(file, "text")
                   .Entry(device)
                   .Symlink("d/l", "/no/such")
                   .HardLink("h", "d/f")));
  const struct stat status = Stat(root_ / "d/f");
  EXPECT_EQ(Text(root_ / "h"), "text");
  EXPECT_EQ(status.st_ino, Stat(root_ / "h").st_ino);
  EXPECT_EQ(status.st_mode & 07777, 06755U);
  EXPECT_EQ(status.st_uid, 1234U);
  EXPECT_EQ(status.st_gid, 4321U);
  EXPECT_EQ(status.st_mtim.tv_sec, -5);
  EXPECT_EQ(status.st_mtim.tv_nsec, 6);
  EXPECT_EQ(Xattr(root_ / "d/f", "user.k"), "v");
  EXPECT_EQ(Xattr(root_ / "d/f", "security.capability").size(), 20U);
  EXPECT_EQ(Xattr(root_ / "d/f", "trusted.overlay.opaque"), "<none>");
  EXPECT_EQ(Stat(root_ / "d/null").st_rdev, makedev(1, 3));
  EXPECT_EQ(fs::read_symlink(root_ / "d/l"), "/no/such");
  EXPECT_EQ(Stat(root_ / "d").st_mode & 07777, 0500U);
  EXPECT_EQ(Stat(root_ / "d").st_mtim.tv_sec, 1);
}

TEST_F(DirectoryWriterTest, MissingParentsComeFromBelow) {
  const FileTree lower = MemoryTree({MemoryLayer().Directory("a", 0711, 5, 6)});
  Expect(Write(MemoryLayer().File("a/b/f", "x"), &lower));
  EXPECT_EQ(Stat(root_ / "a").st_mode & 07777, 0711U);
  EXPECT_EQ(Stat(root_ / "a").st_uid, 5U);
  EXPECT_EQ(Stat(root_ / "a/b").st_mode & 07777, 0755U);
}

TEST_F(DirectoryWriterTest, UnlistedRootIsThatOfBelow) {
  const FileTree lower = MemoryTree({MemoryLayer().Directory("", 01710, 5, 6)});
  Expect(Write(MemoryLayer().File("f", "x"), &lower));
  EXPECT_EQ(Stat(root_.path()).st_mode & 07777, 01710U);
  EXPECT_EQ(Stat(root_.path()).st_uid, 5U);
  EXPECT_EQ(Stat(root_.path()).st_gid, 6U);
  EXPECT_EQ(Stat(root_.path()).st_mtim.tv_sec, 1);

  Expect(Write(MemoryLayer().Directory("", 0711), &lower));
  EXPECT_EQ(Stat(root_.path()).st_mode & 07777, 0711U);
  EXPECT_EQ(Stat(root_.path()).st_uid, 0U);
}

TEST_F(DirectoryWriterTest, WritesOverlayMarks) {
  const FileTree lower = MemoryTree({MemoryLayer().File("gone").File("d/x").File("o/x")});
  Expect(Write(
      MemoryLayer().Whiteout("gone").Whiteout("no/such").Whiteout("d").File("d/y").Opaque("o"),
      &lower));
  EXPECT_TRUE(IsWhiteout(root_ / "gone"));
  EXPECT_FALSE(fs::exists(root_ / "no"));
  EXPECT_EQ(Xattr(root_ / "d", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(Xattr(root_ / "o", "trusted.overlay.opaque"), "y");
}

TEST_F(DirectoryWriterTest, OpaqueRootHidesEveryName) {
  const FileTree lower = MemoryTree({MemoryLayer().File("etc/x").File("usr/x").File("f")});
  Expect(Write(MemoryLayer().Opaque("").File("usr/y").File("f", "new"), &lower));
  EXPECT_TRUE(IsWhiteout(root_ / "etc"));
  EXPECT_EQ(Xattr(root_ / "usr", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(Text(root_ / "f"), "new");
}

TEST_F(DirectoryWriterTest, FollowsLinksOfLowerLayersAndItsOwn) {
  const FileTree lower = MemoryTree({MemoryLayer().Directory("usr/bin").Symlink("bin", "usr/bin")});
  Expect(Write(MemoryLayer()
                   .File("bin/y", "y")
                   .Directory("usr/lib")
                   .Symlink("lib", "/usr/lib")
                   .File("lib/z", "z"),
               &lower));
  EXPECT_EQ(Text(root_ / "usr/bin/y"), "y");
  EXPECT_EQ(Text(root_ / "usr/lib/z"), "z");
  EXPECT_FALSE(fs::exists(root_ / "bin"));
  EXPECT_TRUE(fs::is_symlink(root_ / "lib"));
}

TEST_F(DirectoryWriterTest, LaterEntriesReplaceEarlierOnes) {
  Expect(Write(MemoryLayer()
                   .File("a", "1")
                   .File("a", "2")
                   .File("d/x/y", "1")
                   .File("d", "file")
                   .File("e")
                   .Directory("e", 0700)
                   .File("e/f")
                   .Symlink("s", "e")
                   .File("s", "not through the link")));
  EXPECT_EQ(Text(root_ / "a"), "2");
  EXPECT_EQ(Text(root_ / "d"), "file");
  EXPECT_TRUE(fs::exists(root_ / "e/f"));
  EXPECT_EQ(Text(root_ / "s"), "not through the link");
}

TEST_F(DirectoryWriterTest, HardLinkToALowerFileIsACopy) {
  const FileTree lower = MemoryTree({MemoryLayer().File("a", "one", 0600, 3, 4)});
  Expect(Write(MemoryLayer().HardLink("b", "a"), &lower));
  EXPECT_EQ(Text(root_ / "b"), "one");
  EXPECT_EQ(Stat(root_ / "b").st_uid, 3U);
  EXPECT_FALSE(fs::exists(root_ / "a"));
}

TEST_F(DirectoryWriterTest, RefusesLinksToNothing) {
  EXPECT_EQ(Write(MemoryLayer().HardLink("h", "nope")).error().kind(),
            DiagnosticKind::kLayerInvalid);
  EXPECT_FALSE(Write(MemoryLayer().HardLink("h", "h")).ok());
  EXPECT_FALSE(Write(MemoryLayer().Directory("d").HardLink("h", "d")).ok());
  EXPECT_FALSE(Write(MemoryLayer().Symlink("x", "y").Symlink("y", "x").File("x/f")).ok());
  EXPECT_FALSE(Write(MemoryLayer().File("p").File("p/f")).ok());
}

TEST_F(DirectoryWriterTest, NothingReachesOutside) {
  const std::string out = outside_.path().string();
  std::string up;
  for (int i = 0; i < 20; ++i) up += "../";
  const std::string victim = out + "/victim";
  const auto file = [](const char* path) { return MemoryLayer().File(path, "PWN", 0777, 42, 42); };
  // CVE-2021-29136: the root as a link.
  EXPECT_FALSE(Write(MemoryLayer().Symlink("", out)).ok());
  EXPECT_FALSE(Write(MemoryLayer().File("")).ok());
  const std::vector<MemoryLayer> layers = {
      MemoryLayer().Symlink("e1", out).File("e1/pwned", "PWN"),
      MemoryLayer().Symlink("e2", up + out.substr(1)).File("e2/victim", "PWN"),
      MemoryLayer().Symlink("a", "b").Symlink("b", out).Directory("a", 0777),
      MemoryLayer().Symlink("e3", out).Directory("e3", 0777, 42, 42),            // CVE-2021-32760
      MemoryLayer().Directory("d1").Symlink("d1", out).File("d1/pwned", "PWN"),  // CVE-2025-47290
      MemoryLayer().Symlink("e4", "/proc/self/root" + out).File("e4/pwned", "PWN"),
      MemoryLayer().Symlink("e5", "/proc/self/cwd").File("e5/pwned", "PWN"),
      MemoryLayer().Symlink("s1", victim).HardLink("h1", "s1").File("h1", "PWN"),
      MemoryLayer().Symlink("s2", victim).HardLink("h2", "s2").Symlink("h2", victim),
      MemoryLayer().Symlink("s3", out).Whiteout("s3/victim"),
      MemoryLayer().Symlink("s4", out).Opaque("s4"),
      MemoryLayer().Symlink("s5", victim).File("s5", "PWN"),  // CVE-2014-6407
      file("e6/x").File("door/in").Symlink("door", out).File("door/pwned", "PWN")};
  for (const MemoryLayer& layer : layers) Expect(Write(layer));
  EXPECT_FALSE(Write(MemoryLayer().HardLink("leak1", victim.substr(1))).ok());
  EXPECT_FALSE(Write(MemoryLayer().Symlink("e7", out).HardLink("leak2", "e7/victim")).ok());
}

TEST_F(DirectoryWriterTest, LinksOfLowerLayersStayInside) {
  const std::string out = outside_.path().string();
  const FileTree lower = MemoryTree({MemoryLayer().Symlink("d", out)});
  Expect(Write(MemoryLayer().File("d/victim", "PWN").Whiteout("d/other"), &lower));
  EXPECT_EQ(Text(root_.path() / out.substr(1) / "victim"), "PWN");
}

TEST_F(DirectoryWriterTest, DeviceThatMayNotBeMadeIsAnEmptyFile) {
  const pid_t child = fork();
  if (child == 0) {
    // Without CAP_MKNOD, as in many containers.
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct sets[2] = {};
    if (syscall(SYS_capget, &header, sets) != 0) _exit(2);
    sets[CAP_TO_INDEX(CAP_MKNOD)].effective &= ~CAP_TO_MASK(CAP_MKNOD);
    if (syscall(SYS_capset, &header, sets) != 0) _exit(3);
    TreeEntry device;
    device.path = "null";
    device.type = EntryType::kCharDevice;
    device.mode = 0666;
    device.device_major = 1;
    device.device_minor = 3;
    DirectoryWriter writer(root_.fd(), {});
    _exit(writer.Add(device, nullptr).ok() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  struct stat node = {};
  ASSERT_EQ(lstat((root_ / "null").c_str(), &node), 0);
  EXPECT_TRUE(S_ISREG(node.st_mode));
  EXPECT_EQ(node.st_size, 0);
}

}  // namespace
}  // namespace cooper
