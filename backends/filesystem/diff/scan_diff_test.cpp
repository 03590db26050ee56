#include "backends/filesystem/diff/scan_diff.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "backends/filesystem/diff/overlay_diff.h"
#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "backends/filesystem/testing/temporary_directory.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/filesystem/write/merge_writer.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// Paths, with `-` in front of whiteouts.
Names Paths(const LayerIndex& index) {
  Names paths;
  for (const TreeEntry& entry : index.entries()) {
    paths.push_back((entry.type == EntryType::kWhiteout ? "-" : "") + entry.path);
  }
  return paths;
}

class ScanDiff : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners and devices";
  }

  void Fill(const FileTree& tree) {
    lower_ = tree;
    FileTree below;
    for (const TreeLayer& layer : tree.layers()) {
      MergeWriter writer(root_.fd(), {.lower = &below});
      const Status status = SendLayer(*layer.index, *layer.content, writer);
      ASSERT_TRUE(status.ok()) << status.error().message();
      ASSERT_TRUE(writer.Finish().ok());
      below.Push(layer);
    }
    before_ = *TreeScan::Take(root_.fd(), {});
    before_.AwaitNextTick();
    root_before_ = *ReadOverlayRoot(root_.fd());
  }
  LayerIndex Read() {
    const TreeScan after = *TreeScan::Take(root_.fd(), {});
    auto index = ReadScanLayer(root_.fd(), after.Since(before_), root_before_, lower_);
    EXPECT_TRUE(index.ok()) << index.error().message();
    return index.ok() ? *std::move(index) : LayerIndex();
  }
  std::string At(const std::string& path) const { return (root_.path() / path).string(); }
  void Write(const std::string& path, const std::string& text) const {
    std::ofstream(At(path)) << text;
  }

  TemporaryDirectory root_;
  FileTree lower_;
  TreeScan before_;
  TreeEntry root_before_;
};

TEST_F(ScanDiff, UntouchedRootHasNoChanges) {
  Fill(MemoryTree({MemoryLayer().Directory("d").File("d/f", "x").Symlink("l", "d")}));
  EXPECT_EQ(Paths(Read()), Names());
}

TEST_F(ScanDiff, SameSizeAndTimeIsNotUnchanged) {
  Fill(MemoryTree({MemoryLayer().File("f", "old").File("g", "old")}));
  const timespec times[] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
  for (const char* name : {"f", "g"}) {
    Write(name, name == std::string("f") ? "new" : "old");
    ASSERT_EQ(utimensat(root_.fd(), name, times, 0), 0);
  }
  // Both were written, and one as it was.
  EXPECT_EQ(Paths(Read()), Names{"f"});
}

TEST_F(ScanDiff, ChangeInTheSameTickIsSeen) {
  MemoryLayer layer;
  for (int i = 0; i < 50; ++i) layer.File("f" + std::to_string(i), "old");
  Fill(MemoryTree({layer}));
  const timespec times[] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
  for (int i = 0; i < 50; ++i) {
    const std::string name = "f" + std::to_string(i);
    Write(name, "new");
    ASSERT_EQ(utimensat(root_.fd(), name.c_str(), times, 0), 0);
  }
  EXPECT_EQ(Read().entries().size(), 50U);
}

TEST_F(ScanDiff, RemovedAndReplacedThings) {
  Fill(MemoryTree({MemoryLayer()
                       .Directory("gone")
                       .File("gone/f", "1")
                       .Directory("to-file")
                       .File("to-file/f", "1")
                       .File("to-directory", "1")
                       .Directory("again")
                       .File("again/f", "1")
                       .File("again/g", "1")}));
  fs::remove_all(At("gone"));
  fs::remove_all(At("to-file"));
  Write("to-file", "2");
  fs::remove(At("to-directory"));
  fs::create_directory(At("to-directory"));
  Write("to-directory/f", "2");
  fs::remove_all(At("again"));
  fs::create_directory(At("again"));
  Write("again/f", "2");
  EXPECT_EQ(Paths(Read()), (Names{"again", "again/f", "-again/g", "-gone", "to-directory",
                                  "to-directory/f", "to-file"}));
}

TEST_F(ScanDiff, RenamedDirectoryIsReadAsNew) {
  Fill(MemoryTree({MemoryLayer().Directory("d").File("d/f", "1").Directory("e").File("e/f", "2")}));
  fs::rename(At("d"), At("t"));
  fs::rename(At("e"), At("d"));
  fs::rename(At("t"), At("e"));
  const LayerIndex index = Read();
  EXPECT_EQ(Paths(index), (Names{"d", "d/f", "e", "e/f"}));
}

TEST_F(ScanDiff, HardLinksAreOneFile) {
  Fill(MemoryTree({MemoryLayer().File("a", "1").HardLink("b", "a").File("c", "1").File("d", "1")}));
  fs::create_hard_link(At("c"), At("e"));
  // Another name of a file that stays as it is.
  fs::create_hard_link(At("d"), At("tmp"));
  fs::remove(At("tmp"));
  // Linked anew, to the same.
  fs::remove(At("b"));
  fs::create_hard_link(At("a"), At("b"));
  const LayerIndex index = Read();
  ASSERT_EQ(Paths(index), (Names{"c", "e"}));
  EXPECT_EQ(index.Find("e")->type, EntryType::kHardLink);
  EXPECT_EQ(index.Find("e")->link, "c");
}

TEST_F(ScanDiff, WriteThroughOneNameChangesNoOther) {
  Fill(MemoryTree({MemoryLayer().File("a", "1").HardLink("b", "a")}));
  Write("b", "2");
  const LayerIndex index = Read();
  ASSERT_EQ(Paths(index), Names{"b"});
  EXPECT_EQ(index.Find("b")->type, EntryType::kFile);
}

TEST_F(ScanDiff, NamesBeyondTheFirstAreTold) {
  Fill(MemoryTree({MemoryLayer().File("a", "1").File("d/b", "1").File("c", "1")}));
  fs::create_hard_link(At("a"), At("d/x"));
  fs::create_hard_link(At("a"), At("z"));
  EXPECT_EQ(TreeScan::Take(root_.fd(), {})->FurtherNames(), (Names{"d/x", "z"}));
}

TEST_F(ScanDiff, SocketTakesAwayWhatWasThere) {
  Fill(MemoryTree({MemoryLayer().File("s", "1")}));
  fs::remove(At("s"));
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  for (const char* name : {"s", "new"}) {
    sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
    At(name).copy(address.sun_path, sizeof address.sun_path - 1);
    const int one = socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(bind(one, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    close(one);
  }
  close(fd);
  EXPECT_EQ(Paths(Read()), Names{"-s"});
}

TEST_F(ScanDiff, DeviceThatLooksLikeAWhiteoutIsRefused) {
  Fill(MemoryTree({MemoryLayer().File("f", "1")}));
  fs::remove(At("f"));
  ASSERT_EQ(mknod(At("f").c_str(), S_IFCHR | 0600, 0), 0);
  const TreeScan after = *TreeScan::Take(root_.fd(), {});
  const auto index = ReadScanLayer(root_.fd(), after.Since(before_), root_before_, lower_);
  ASSERT_FALSE(index.ok());
  EXPECT_NE(index.error().message().find("`/f` is the character device 0:0"), std::string::npos);
}

TEST_F(ScanDiff, TimesThatNoLayerHasAreForgotten) {
  Fill(MemoryTree({MemoryLayer().Directory("d").Directory("e").File("e/f", "1")}));
  Write("d/tmp", "x");
  fs::remove(At("d/tmp"));
  Write("e/new", "x");
  const ScanDifference difference = TreeScan::Take(root_.fd(), {})->Since(before_);
  const LayerIndex layer = Read();
  ASSERT_TRUE(ForgetTimes(root_.fd(), difference, layer, lower_).ok());
  struct stat status = {};
  ASSERT_EQ(stat(At("d").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1);
  ASSERT_EQ(stat(At("e").c_str(), &status), 0);
  EXPECT_GT(status.st_mtim.tv_sec, 1);
  ASSERT_EQ(stat(At("").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 0);
}

TEST_F(ScanDiff, ExcludedPathsAndMountsAreNotWalked) {
  ASSERT_EQ(mkdir(At("run").c_str(), 0755), 0);
  ASSERT_EQ(mkdir(At("run/kept").c_str(), 0755), 0);
  ProtectedPaths excluded;
  excluded.Add("/run/kept");
  const TreeScan before = *TreeScan::Take(root_.fd(), excluded);
  Write("run/kept/f", "x");
  Write("run/g", "x");
  const TreeScan after = *TreeScan::Take(root_.fd(), excluded);
  EXPECT_EQ(after.Since(before).changed, (Names{"run", "run/g"}));
}

// The same step in both forms of a root.
class BothForms : public ScanDiff, public ::testing::WithParamInterface<const char*> {
 protected:
  static FileTree Base() {
    TreeEntry device;
    device.path = "device";
    device.type = EntryType::kCharDevice;
    device.mode = 0600;
    device.device_major = 1;
    device.device_minor = 5;
    TreeEntry attributed;
    attributed.path = "attributed";
    attributed.mode = 0755;
    attributed.mtime.seconds = 5;
    attributed.xattrs = {{"user.k", "v"}};
    return MemoryTree({MemoryLayer()
                           .Directory("d", 0750, 3, 4)
                           .Directory("d/e")
                           .File("d/e/f", "f")
                           .File("d/g", "g", 04755)
                           .Symlink("l", "d/g")
                           .Directory("o")
                           .File("o/1", "1")
                           .File("o/2", "2")
                           .File("lower-only", "x"),
                       MemoryLayer()
                           .File("d/h", "h")
                           .Whiteout("lower-only")
                           .Entry(device)
                           .Entry(attributed, "text")
                           .Directory("empty", 01777)
                           .File("n/1", "linked")
                           .HardLink("n/2", "n/1")});
  }

  static int RunScript(const std::string& directory, const std::string& overlay_options) {
    const pid_t child = fork();
    if (child == 0) {
      if (!overlay_options.empty() &&
          (unshare(CLONE_NEWNS) != 0 || mount("", "/", nullptr, MS_REC | MS_PRIVATE, "") != 0 ||
           mount("overlay", directory.c_str(), "overlay", 0, overlay_options.c_str()) != 0)) {
        _exit(77);
      }
      if (chdir(directory.c_str()) != 0) _exit(78);
      execl("/bin/sh", "sh", "-ec", GetParam(), nullptr);
      _exit(79);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // What the scripts made now has no time to compare.
  static std::vector<TreeEntry> Comparable(const LayerIndex& index) {
    std::vector<TreeEntry> entries = index.entries();
    for (TreeEntry& entry : entries) {
      if (entry.mtime.seconds > 1'000'000'000) entry.mtime = {.seconds = -1, .nanoseconds = 0};
    }
    return entries;
  }

  LayerIndex ThroughOverlay(const FileTree& tree) {
    TemporaryDirectory place;
    std::string lower_option = "volatile,lowerdir=";
    FileTree below;
    std::string dirs;
    for (size_t i = 0; i < tree.layers().size(); ++i) {
      const std::string path = place / ("lower" + std::to_string(i));
      fs::create_directory(path);
      const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      DirectoryWriter writer(fd, {.lower = &below});
      const TreeLayer& layer = tree.layers()[i];
      EXPECT_TRUE(SendLayer(*layer.index, *layer.content, writer).ok());
      EXPECT_TRUE(writer.Finish().ok());
      close(fd);
      below.Push(layer);
      dirs = path + (dirs.empty() ? "" : ":") + dirs;
    }
    for (const char* name : {"upper", "work", "merged"}) fs::create_directory(place / name);
    const int upper = open((place / "upper").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DirectoryWriter empty(upper, {.lower = &tree});
    EXPECT_TRUE(empty.Finish().ok());
    const TreeEntry root_before = *ReadOverlayRoot(upper);
    overlay_status_ = RunScript(place / "merged", lower_option + dirs +
                                                      ",upperdir=" + std::string(place / "upper") +
                                                      ",workdir=" + std::string(place / "work"));
    auto index = ReadOverlayLayer(upper, root_before, tree, {});
    EXPECT_TRUE(index.ok()) << index.error().message();
    close(upper);
    return index.ok() ? *index : LayerIndex();
  }

  int overlay_status_ = 0;
};

TEST_P(BothForms, GiveTheSameLayer) {
  const FileTree tree = Base();
  const LayerIndex expected = ThroughOverlay(tree);
  if (overlay_status_ == 77) GTEST_SKIP() << "no overlay mount here";
  ASSERT_EQ(overlay_status_, 0);
  Fill(tree);
  ASSERT_EQ(RunScript(root_.path(), ""), 0);
  const LayerIndex index = Read();
  EXPECT_EQ(Paths(index), Paths(expected));
  EXPECT_EQ(Comparable(index), Comparable(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, BothForms,
    ::testing::Values(
        "true", "echo new > d/e/new", "echo more >> d/g; chmod 4755 d/g", "touch -d @1 d/g d/h",
        "touch d/g", "rm d/g", "rm -r d", "rm -r o; mkdir o", "rm -r o; mkdir o; echo 1 > o/1",
        "rm -r d; echo x > d", "rm d/g; mkdir d/g; echo x > d/g/y", "mv d/e/f d/e/moved",
        "cp -a d copy", "rm -r d/e; ln -s /o d/e", "chown 7:8 d/g", "chown -R 7:8 d; chmod 700 d",
        "chown 7 d/g; chown 3 d/g", "ln o/1 o/3; ln o/1 other",
        "mkfifo -m 0640 pipe; mknod null c 1 3; mknod disk b 7 200", "rm device",
        "chmod 666 device", "ln -sfn /elsewhere l", "echo text > attributed",
        "printf text > attributed; touch -d @5 attributed", "mkdir x; rmdir x; echo a > x1; rm x1",
        "mkdir -p a/b/c; touch -d @9 a/b/c", "rm -r empty; mkdir -m 1777 empty", "chmod 700 empty",
        "echo lower-only > lower-only", "mkdir lower-only", "chmod 711 .",
        "head -c 100000 /dev/zero > zeros; truncate -s 5M sparse", "mv d/h d/h2; mv d/h2 d/h",
        "mkdir 'sp ace'; echo > \"$(printf 'n\\377')\"", "echo x > o/x; rm o/x o/1 o/2; rmdir o",
        "echo x > n/2", "chown -R 7:8 n", "ln n/1 n/3", "rm n/1", "rm n/1; ln n/2 n/1",
        "chmod 600 n/1; chmod 600 n/2"));

}  // namespace
}  // namespace cooper
