#include "backends/store/directory/tree_removal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

TEST(TreeRemoval, RemovesAFileADirectoryAndNothing) {
  const TestDirectory directory;
  WriteTestFile(directory / "file", "x");
  fs::create_directories(directory / "tree/a/b");
  WriteTestFile(directory / "tree/a/b/file", "x");
  EXPECT_EQ(RemoveTestTree(directory / "file"), 0);
  EXPECT_EQ(RemoveTestTree(directory / "tree"), 0);
  EXPECT_EQ(RemoveTestTree(directory / "never"), 0);
  EXPECT_EQ(CountEntries(directory.path()), 0u);
}

TEST(TreeRemoval, LeavesWhatLinksPointAt) {
  const TestDirectory directory;
  fs::create_directories(directory / "kept");
  WriteTestFile(directory / "kept/file", "x");
  fs::create_directories(directory / "tree");
  fs::create_directory_symlink(directory / "kept", directory / "tree/link");
  fs::create_directory_symlink(directory / "kept", directory / "top");
  EXPECT_EQ(RemoveTestTree(directory / "tree"), 0);
  EXPECT_EQ(RemoveTestTree(directory / "top"), 0);
  EXPECT_FALSE(fs::exists(directory / "tree"));
  EXPECT_TRUE(fs::exists(directory / "kept/file"));
}

// As a user without privileges, when the test was started as root.
int RemoveAsNobody(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    _exit(RemoveTestTree(path) == 0 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(TreeRemoval, OpensUpDirectoriesOfModeZero) {
  const TestDirectory directory;
  chmod(directory.path().c_str(), 0777);
  fs::create_directories(directory / "tree/a/a/deep");
  fs::create_directories(directory / "tree/readonly");
  WriteTestFile(directory / "tree/readonly/file", "x");
  chmod((directory / "tree/readonly").c_str(), 0500);
  chmod((directory / "tree/a/a").c_str(), 0);
  if (geteuid() == 0) {
    for (const char* name :
         {"tree/a/a/deep", "tree/a/a", "tree/a", "tree/readonly/file", "tree/readonly", "tree"}) {
      ASSERT_EQ(lchown((directory / name).c_str(), 65534, 65534), 0);
    }
  }
  EXPECT_EQ(RemoveAsNobody(directory / "tree"), 0);
  EXPECT_FALSE(fs::exists(directory / "tree"));
}

TEST(TreeRemoval, RemovesDirectoriesOfOtherUsersAsRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make directories of other users";
  const TestDirectory directory;
  fs::create_directories(directory / "tree/theirs");
  WriteTestFile(directory / "tree/theirs/file", "x");
  ASSERT_EQ(chown((directory / "tree/theirs").c_str(), 1234, 1234), 0);
  ASSERT_EQ(chmod((directory / "tree/theirs").c_str(), 0), 0);
  EXPECT_EQ(RemoveTestTree(directory / "tree"), 0);
  EXPECT_FALSE(fs::exists(directory / "tree"));
}

TEST(TreeRemoval, GoesDeeperThanDescriptorsAndPathsAllow) {
  const TestDirectory directory;
  constexpr int kDepth = 150;
  const std::string name(200, 'd');
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{.rlim_cur = 64, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  ASSERT_EQ(mkdir((directory / "tree").c_str(), 0700), 0);
  int fd = open((directory / "tree").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < kDepth; ++i) {
    ASSERT_EQ(mkdirat(fd, name.c_str(), 0700), 0);
    const int next = openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_GE(next, 0);
    close(fd);
    fd = next;
  }
  close(fd);
  EXPECT_EQ(RemoveTestTree(directory / "tree"), 0);
  EXPECT_EQ(CountEntries(directory.path()), 0u);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(TreeRemoval, SaysWhatStoodInTheWay) {
  const TestDirectory directory;
  chmod(directory.path().c_str(), 0755);
  fs::create_directories(directory / "tree/a");
  if (geteuid() != 0) chmod(directory.path().c_str(), 0500);
  EXPECT_EQ(RemoveAsNobody(directory / "tree"), 1);
  EXPECT_TRUE(fs::exists(directory / "tree"));
  chmod(directory.path().c_str(), 0700);
}

}  // namespace
}  // namespace cooper
