#include "backends/filesystem/context/context_tree.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "backends/filesystem/testing/temporary_directory.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class ContextTree : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  FileTree Open(const std::vector<std::string>& exclude = {}) {
    auto tree = OpenContextTree(root_.string(), exclude);
    EXPECT_TRUE(tree.ok()) << tree.error().message();
    return tree.ok() ? *std::move(tree) : FileTree();
  }
  static Names Paths(const FileTree& tree) {
    Names paths;
    for (const TreeEntry& entry : tree.layers().front().index->entries()) {
      paths.push_back(entry.path);
    }
    return paths;
  }

  TemporaryDirectory directory_;
  const fs::path root_ = directory_.path();
};

TEST_F(ContextTree, ReadsPathsModesTimesAndContent) {
  Write("d/f", "hello");
  ASSERT_EQ(chmod((root_ / "d/f").c_str(), 04751), 0);
  const timespec times[2] = {{.tv_sec = 5, .tv_nsec = 6}, {.tv_sec = -7, .tv_nsec = 8}};
  ASSERT_EQ(utimensat(AT_FDCWD, (root_ / "d/f").c_str(), times, 0), 0);
  const FileTree tree = Open();
  EXPECT_EQ(Paths(tree), (Names{"d", "d/f"}));
  const TreeEntry file = *tree.Find("d/f");
  EXPECT_EQ(file.type, EntryType::kFile);
  EXPECT_EQ(file.mode, 04751U);
  EXPECT_EQ(file.uid, 0U);
  EXPECT_EQ(file.mtime, (FileTime{.seconds = -7, .nanoseconds = 8}));
  EXPECT_EQ(file.size_bytes, 5U);
  EXPECT_EQ(tree.ReadFile("d/f", 100).value(), "hello");
}

TEST_F(ContextTree, KeepsLinksAsLinksAndLeavesSocketsOut) {
  fs::create_symlink("/etc/passwd", root_ / "out");
  fs::create_directory_symlink("..", root_ / "up");
  ASSERT_EQ(mkfifo((root_ / "pipe").c_str(), 0600), 0);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  (root_ / "sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  close(fd);
  const FileTree tree = Open();
  EXPECT_EQ(Paths(tree), (Names{"out", "pipe", "up"}));
  EXPECT_EQ(tree.Find("out")->link, "/etc/passwd");
  EXPECT_EQ(tree.Find("up")->type, EntryType::kSymlink);
  EXPECT_EQ(tree.Find("pipe")->type, EntryType::kFifo);
}

TEST_F(ContextTree, NamesHardLinksByTheFirstPath) {
  Write("b", "x");
  fs::create_hard_link(root_ / "b", root_ / "a");
  fs::create_hard_link(root_ / "b", root_ / "c");
  const FileTree tree = Open();
  const auto& entries = tree.layers().front().index->entries();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].type, EntryType::kFile);
  EXPECT_EQ(entries[2].type, EntryType::kHardLink);
  EXPECT_EQ(entries[2].link, "a");
  EXPECT_EQ(tree.ReadFile("c", 10).value(), "x");
}

TEST_F(ContextTree, ExcludedFirstNameOfAHardLinkLeavesTheOtherAFile) {
  Write("a", "x");
  fs::create_hard_link(root_ / "a", root_ / "b");
  const FileTree tree = Open({"a"});
  EXPECT_EQ(tree.Find("b")->type, EntryType::kFile);
  EXPECT_EQ(tree.ReadFile("b", 10).value(), "x");
}

TEST_F(ContextTree, ExcludesAndIncludesAgain) {
  Write("dir/keep/k", "");
  Write("dir/drop", "");
  Write("other/x", "");
  Write("f.txt", "");
  EXPECT_EQ(Paths(Open({"dir", "!dir/keep"})),
            (Names{"dir", "dir/keep", "dir/keep/k", "f.txt", "other", "other/x"}));
  EXPECT_EQ(Paths(Open({"**", "!**/*.txt"})), (Names{"f.txt"}));
  EXPECT_EQ(Paths(Open({"dir/*"})), (Names{"dir", "f.txt", "other", "other/x"}));
}

TEST_F(ContextTree, DoesNotOpenExcludedDirectories) {
  Write("secret/x", "");
  ASSERT_EQ(chmod((root_ / "secret").c_str(), 0), 0);
  EXPECT_EQ(Paths(Open({"secret"})), Names{});
  ASSERT_EQ(chmod((root_ / "secret").c_str(), 0700), 0);
}

TEST_F(ContextTree, ReadsUserXattrs) {
  Write("f", "");
  if (setxattr((root_ / "f").c_str(), "user.note", "v\0w", 3, 0) != 0) {
    GTEST_SKIP() << "the file system of the temporary directory has no user xattrs";
  }
  const std::string big(2000, 'n');
  for (int i = 0; i < 8; ++i) {
    const std::string name = "user." + std::string(100, static_cast<char>('a' + i));
    if (setxattr((root_ / "f").c_str(), name.c_str(), "", 0, 0) != 0) {
      GTEST_SKIP() << "the file system of the temporary directory has room for few xattrs";
    }
  }
  const TreeEntry file = *Open().Find("f");
  EXPECT_EQ(file.xattrs.size(), 9U);
  EXPECT_EQ(file.xattrs.at("user.note"), std::string("v\0w", 3));
}

TEST_F(ContextTree, NoticesAFileThatChangedItsSize) {
  Write("f", "one");
  const FileTree tree = Open();
  Write("f", "three");
  const auto text = tree.ReadFile("f", 100);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().kind(), DiagnosticKind::kContext);
  EXPECT_NE(text.error().message().find("`f`"), std::string::npos);
}

TEST_F(ContextTree, DoesNotReadAHoleForHours) {
  std::ofstream(root_ / "hole").close();
  if (truncate((root_ / "hole").c_str(), off_t{1} << 40) != 0) {
    GTEST_SKIP() << "the file system of the temporary directory has no files of 1 TiB";
  }
  const FileTree tree = Open();
  const auto content = tree.Open("hole");
  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.error().kind(), DiagnosticKind::kLimitExceeded);
}

TEST_F(ContextTree, DoesNotFollowALinkThatTookAFilesPlace) {
  Write("d/f", "x");
  Write("outside", "y");
  const FileTree tree = Open();
  fs::remove(root_ / "d/f");
  fs::create_symlink("../outside", root_ / "d/f");
  EXPECT_FALSE(tree.ReadFile("d/f", 10).ok());
  fs::remove_all(root_ / "d");
  fs::create_directory(root_ / "e");
  Write("e/f", "z");
  fs::create_directory_symlink("e", root_ / "d");
  EXPECT_FALSE(tree.ReadFile("d/f", 10).ok());
}

TEST_F(ContextTree, DoesNotHangOnAFifoThatTookAFilesPlace) {
  Write("f", "");
  const FileTree tree = Open();
  fs::remove(root_ / "f");
  ASSERT_EQ(mkfifo((root_ / "f").c_str(), 0600), 0);
  EXPECT_FALSE(tree.Open("f").ok());
}

TEST_F(ContextTree, ReadsNoFileWhoseDigestIsKnown) {
  Write("f", "hello");
  const Digest digest = Digest::Of("hello");
  // Of a time at which the file was old.
  const auto digests =
      std::make_shared<FileDigests>(FileTime{.seconds = time(nullptr) + 60, .nanoseconds = 0});
  {
    const FileTree tree = *OpenContextTree(root_.string(), {}, digests);
    const auto reader = *tree.Open("f");
    EXPECT_EQ(reader->KnownDigest(), std::nullopt);
    reader->LearnDigest(digest);
  }
  const FileTree tree = *OpenContextTree(root_.string(), {}, digests);
  EXPECT_EQ((*tree.Open("f"))->KnownDigest(), digest);
  EXPECT_EQ(*tree.ReadFile("f", 100), "hello");
  // Not opened, as the file is gone; reading would tell.
  fs::remove(root_ / "f");
  const auto gone = *tree.Open("f");
  EXPECT_EQ(gone->KnownDigest(), digest);
  std::array<char, 10> buffer;
  EXPECT_EQ(gone->Read(buffer).error().kind(), DiagnosticKind::kContext);
}

TEST_F(ContextTree, ADigestIsNotThatOfChangedContent) {
  Write("f", "hello");
  const auto digests =
      std::make_shared<FileDigests>(FileTime{.seconds = time(nullptr) + 60, .nanoseconds = 0});
  struct stat status{};
  {
    const FileTree tree = *OpenContextTree(root_.string(), {}, digests);
    (*tree.Open("f"))->LearnDigest(Digest::Of("hello"));
    ASSERT_EQ(stat((root_ / "f").c_str(), &status), 0);
  }
  // The same size and the same time of modification, as with `cp --preserve`. The clock of
  // the file system has to tick in between.
  struct stat later{};
  do {
    Write("f", "HELLO");
    const timespec times[2] = {status.st_atim, status.st_mtim};
    ASSERT_EQ(utimensat(AT_FDCWD, (root_ / "f").c_str(), times, 0), 0);
    ASSERT_EQ(stat((root_ / "f").c_str(), &later), 0);
  } while (later.st_ctim.tv_sec == status.st_ctim.tv_sec &&
           later.st_ctim.tv_nsec == status.st_ctim.tv_nsec);
  const FileTree tree = *OpenContextTree(root_.string(), {}, digests);
  EXPECT_EQ((*tree.Open("f"))->KnownDigest(), std::nullopt);
}

TEST_F(ContextTree, AFileWrittenToSinceTheWalkIsAnError) {
  Write("f", "hello");
  const FileTree tree = Open();
  const timespec times[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
  Write("f", "HELLO");
  ASSERT_EQ(utimensat(AT_FDCWD, (root_ / "f").c_str(), times, 0), 0);
  EXPECT_EQ(tree.Open("f").error().kind(), DiagnosticKind::kContext);
}

TEST_F(ContextTree, RefusesWhatIsNoDirectory) {
  Write("f", "");
  EXPECT_EQ(OpenContextTree((root_ / "f").string(), {}).error().kind(), DiagnosticKind::kContext);
  EXPECT_EQ(OpenContextTree((root_ / "none").string(), {}).error().kind(),
            DiagnosticKind::kContext);
}

TEST_F(ContextTree, RefusesPathsBeyondTheLimit) {
  int fd = open(root_.c_str(), O_RDONLY | O_DIRECTORY);
  const std::string name(200, 'x');
  for (int i = 0; i < 21; ++i) {
    ASSERT_EQ(mkdirat(fd, name.c_str(), 0700), 0);
    const int next = openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY);
    close(fd);
    fd = next;
  }
  close(fd);
  const auto tree = OpenContextTree(root_.string(), {});
  ASSERT_FALSE(tree.ok());
  EXPECT_EQ(tree.error().kind(), DiagnosticKind::kLimitExceeded);
}

}  // namespace
}  // namespace cooper
