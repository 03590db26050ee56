#include "backends/filesystem/write/merge_writer.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "backends/filesystem/diff/scan_diff.h"
#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "backends/filesystem/testing/temporary_directory.h"
#include "backends/filesystem/write/guarded_removal.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class MergeWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners and devices";
    // Of a root that no layer lists.
    ASSERT_EQ(chmod(root_.path().c_str(), 0755), 0);
  }

  // In the order that the layer gives, as from a blob.
  Status Apply(const MemoryLayer& layer) {
    MergeWriterOptions options = options_;
    options.lower = &tree_;
    options.keep = &keep_;
    options.skipped = [this](const std::string& path) { skipped_.push_back(path); };
    MergeWriter writer(root_.fd(), std::move(options));
    for (const TreeEntry& entry : layer.entries()) {
      const std::string text = entry.type == EntryType::kFile ? layer.files().at(entry.path) : "";
      StringReader reader(text);
      COOPER_RETURN_IF_ERROR(writer.Add(entry, text.empty() ? nullptr : &reader));
    }
    COOPER_RETURN_IF_ERROR(writer.Finish());
    tree_.Push(layer.Build());
    return Ok();
  }
  void ApplyAll(const std::vector<MemoryLayer>& layers) {
    for (const MemoryLayer& layer : layers) {
      const Status status = Apply(layer);
      ASSERT_TRUE(status.ok()) << status.error().message();
    }
  }

  std::vector<TreeEntry> OnDisk() {
    const TreeScan scan = *TreeScan::Take(root_.fd(), {});
    auto index = ReadScanLayer(root_.fd(), scan.Since({}), *ReadOverlayRoot(root_.fd()), {});
    EXPECT_TRUE(index.ok()) << index.error().message();
    return index->entries();
  }
  Names Paths() {
    Names paths;
    for (const TreeEntry& entry : OnDisk()) paths.push_back(entry.path);
    return paths;
  }
  // All that the merged view of the layers has.
  void Collect(const std::string& directory, std::vector<TreeEntry>& entries) {
    for (const std::string& name : tree_.List(directory)) {
      const std::string path = directory.empty() ? name : directory + "/" + name;
      entries.push_back(*tree_.Find(path));
      entries.back().opaque = false;
      if (entries.back().type == EntryType::kDirectory) Collect(path, entries);
    }
  }
  void ExpectDiskShowsTheTree() {
    std::vector<TreeEntry> expected;
    Collect("", expected);
    EXPECT_EQ(OnDisk(), expected);
    EXPECT_EQ(*ReadOverlayRoot(root_.fd()), *tree_.Find(""));
  }
  std::string Text(const std::string& path) {
    std::ifstream file(root_ / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryDirectory root_;
  MergeWriterOptions options_;
  FileTree tree_;
  ProtectedPaths keep_;
  Names skipped_;
};

TEST_F(MergeWriterTest, StackShowsWhatTheTreeShows) {
  TreeEntry pipe;
  pipe.path = "d/pipe";
  pipe.type = EntryType::kFifo;
  pipe.mode = 0620;
  pipe.mtime.seconds = 3;
  TreeEntry marked = PlainDirectory("attributes");
  marked.xattrs = {{"user.old", "1"}};
  TreeEntry remarked = PlainDirectory("attributes");
  remarked.xattrs = {{"user.new", "2"}};
  ApplyAll({MemoryLayer()
                .Directory("", 0751)
                .Directory("d", 0500, 1, 2)
                .File("d/f", "old", 04755, 3, 4)
                .File("d/gone", "x")
                .Directory("d/gone-too")
                .File("d/gone-too/x", "x")
                .Symlink("link", "d")
                .File("implied/by/file", "x")
                .Entry(marked),
            MemoryLayer()
                .File("d/f", "new")
                .Whiteout("d/gone")
                .Whiteout("d/gone-too")
                .Whiteout("never")
                .Whiteout("never/there")
                .File("link/through", "t")
                .Entry(pipe)
                .Entry(remarked),
            MemoryLayer()
                .Directory("implied", 0700)
                .File("d", "a file now")
                .Symlink("link", "elsewhere")
                .File("implied/by", "file too")});
  EXPECT_EQ(Text("d"), "a file now");
  // `link/through` was resolved to d/through, which went with d.
  EXPECT_EQ(Paths(), (Names{"attributes", "d", "implied", "implied/by", "link"}));
  struct stat status = {};
  ASSERT_EQ(stat((root_ / "implied").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700U);
  EXPECT_EQ(status.st_mtim.tv_sec, 1);
  EXPECT_LT(getxattr((root_ / "attributes").c_str(), "user.old", nullptr, 0), 0);
  ExpectDiskShowsTheTree();
}

TEST_F(MergeWriterTest, DirectoriesKeepTheirTimesAndDenyingModes) {
  ApplyAll({MemoryLayer().Directory("d", 0500, 1, 2).File("d/f", "1").Directory("d/e", 0),
            MemoryLayer().File("d/e/x", "2").Whiteout("d/f")});
  ExpectDiskShowsTheTree();
}

TEST_F(MergeWriterTest, OpaqueDirectoryHidesOnlyLowerThings) {
  const MemoryLayer base =
      MemoryLayer().File("d/a", "1").File("d/b/c", "1").File("d/b/e", "1").File("x", "1");
  const MemoryLayer first = MemoryLayer().Opaque("d").File("d/b/new", "2");
  // As a tar may have it: the mark behind what it must not hide.
  const MemoryLayer last = MemoryLayer().File("d/b/new", "2").Opaque("d");
  for (const MemoryLayer& upper : {first, last}) {
    tree_ = FileTree();
    ASSERT_TRUE(EmptyRoot(root_.fd(), {}).ok());
    ApplyAll({base, upper});
    EXPECT_EQ(Paths(), (Names{"d", "d/b", "d/b/new", "x"}));
  }
}

TEST_F(MergeWriterTest, OpaqueRootHidesAll) {
  ApplyAll(
      {MemoryLayer().File("a", "1").File("b/c", "1"), MemoryLayer().Opaque("").File("b/d", "2")});
  EXPECT_EQ(Paths(), (Names{"b", "b/d"}));
}

TEST_F(MergeWriterTest, DirectoryInPlaceOfAWhiteoutStartsEmpty) {
  ApplyAll({MemoryLayer().File("d/old", "1"),
            MemoryLayer().Whiteout("d").Directory("d").File("d/new", "2")});
  EXPECT_EQ(Paths(), (Names{"d", "d/new"}));
}

TEST_F(MergeWriterTest, HardLinksAreFilesOfTheirOwn) {
  ApplyAll({MemoryLayer().File("a", "1", 04711, 3, 4).HardLink("b", "a"),
            MemoryLayer().HardLink("c", "a").Symlink("l", "x").HardLink("m", "l")});
  ExpectDiskShowsTheTree();
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_EQ(fs::hard_link_count(root_ / name), 1U) << name;
    EXPECT_EQ(Text(name), "1");
  }
  EXPECT_FALSE(Apply(MemoryLayer().HardLink("d", "missing")).ok());
  EXPECT_FALSE(Apply(MemoryLayer().HardLink("a", "a")).ok());
}

TEST_F(MergeWriterTest, LinksNeverLeadOutside) {
  TemporaryDirectory outside;
  ApplyAll({MemoryLayer().Symlink("out", outside.path().string()).Symlink("up", "../../.."),
            MemoryLayer().File("out/x", "1").File("up/y", "2")});
  EXPECT_TRUE(fs::is_empty(outside.path()));
  EXPECT_EQ(Text("y"), "2");
}

TEST_F(MergeWriterTest, ChangedDiskIsNotFollowed) {
  TemporaryDirectory outside;
  ApplyAll({MemoryLayer().Directory("d")});
  fs::remove(root_ / "d");
  fs::create_directory_symlink(outside.path(), root_ / "d");
  // The entry gets a directory in the place of the link, or an error; never `outside`.
  static_cast<void>(Apply(MemoryLayer().File("d/x", "1")));
  EXPECT_TRUE(fs::is_empty(outside.path()));
}

TEST_F(MergeWriterTest, ProtectedPathsStay) {
  fs::create_directories(root_ / "etc");
  std::ofstream(root_ / "etc/resolv.conf") << "ours";
  fs::create_directories(root_ / "run/secrets/token");
  std::ofstream(root_ / "run/secrets/token/value") << "ours";
  keep_.Add("/etc/resolv.conf");
  keep_.Add("/run/secrets/token");
  ASSERT_TRUE(EmptyRoot(root_.fd(), keep_).ok());
  ApplyAll({MemoryLayer()
                .Directory("etc", 0711)
                .File("etc/resolv.conf", "theirs")
                .File("etc/passwd", "theirs")
                .Symlink("run", "/var/run")
                .File("run/secrets/token/value", "theirs")});
  EXPECT_EQ(Text("etc/resolv.conf"), "ours");
  EXPECT_EQ(Text("etc/passwd"), "theirs");
  EXPECT_EQ(Text("run/secrets/token/value"), "ours");
  EXPECT_EQ(skipped_, (Names{"etc/resolv.conf", "run", "run/secrets/token/value"}));
  struct stat status = {};
  ASSERT_EQ(stat((root_ / "etc").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0711U);

  ApplyAll({MemoryLayer().Whiteout("etc")});
  EXPECT_EQ(Text("etc/resolv.conf"), "ours");
  EXPECT_FALSE(fs::exists(root_ / "etc/passwd"));
}

TEST_F(MergeWriterTest, LinksStayLinksInATreeThatIsOnlyLookedAt) {
  options_.hard_links = true;
  ApplyAll({MemoryLayer().File("a", "one").HardLink("b", "a").File("other", "x"),
            MemoryLayer().HardLink("c", "a"), MemoryLayer().File("a", "two").HardLink("d", "b")});
  EXPECT_EQ(fs::hard_link_count(root_ / "b"), 3U);
  EXPECT_TRUE(fs::equivalent(root_ / "b", root_ / "c"));
  EXPECT_TRUE(fs::equivalent(root_ / "b", root_ / "d"));
  EXPECT_EQ(Text("d"), "one");
  EXPECT_EQ(Text("a"), "two");
  const Status missing = Apply(MemoryLayer().HardLink("e", "nowhere"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), DiagnosticKind::kLayerInvalid);
}

TEST_F(MergeWriterTest, MakesEmptyFilesOfDevicesOnRequest) {
  options_.nodes.devices_as_files = true;
  TreeEntry device;
  device.path = "null";
  device.type = EntryType::kCharDevice;
  device.mode = 0666;
  device.device_major = 1;
  device.device_minor = 3;
  ApplyAll({MemoryLayer().Entry(device)});
  EXPECT_TRUE(fs::is_regular_file(root_ / "null"));
}

// What an ordinary user gets: in a child, since there is no way back from it.
TEST_F(MergeWriterTest, AnOrdinaryUserGetsPastDirectoriesThatDenyTheirOwner) {
  constexpr uid_t kUser = 65534;
  ASSERT_EQ(chown(root_.path().c_str(), kUser, kUser), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (setresgid(kUser, kUser, kUser) != 0 || setresuid(kUser, kUser, kUser) != 0) _exit(2);
    options_.nodes.as_allowed = true;
    options_.open_directories = true;
    TreeEntry program;
    program.path = "su";
    program.mode = 04755;
    program.xattrs["security.capability"] =
        std::string("\1\0\0\2\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    const Status first = Apply(MemoryLayer()
                                   .Directory("shut", 0000)
                                   .File("shut/a", "1")
                                   .Directory("shut/in", 0000)
                                   .File("shut/in/b", "2")
                                   .Directory("gone", 0000)
                                   .File("gone/c", "3")
                                   .Entry(program));
    const Status second =
        Apply(MemoryLayer().File("shut/in/more", "4").Directory("shut", 0111).Whiteout("gone"));
    if (!first.ok()) fprintf(stderr, "%s\n", first.error().message().c_str());
    if (!second.ok()) fprintf(stderr, "%s\n", second.error().message().c_str());
    _exit(first.ok() && second.ok() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Text("shut/in/more"), "4");
  EXPECT_EQ(Text("shut/in/b"), "2");
  EXPECT_FALSE(fs::exists(root_ / "gone"));
  struct stat found = {};
  ASSERT_EQ(stat((root_ / "shut").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0711U);
  ASSERT_EQ(stat((root_ / "su").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0755U);
  EXPECT_EQ(found.st_uid, kUser);
}

}  // namespace
}  // namespace cooper
