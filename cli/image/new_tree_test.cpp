#include "cli/image/new_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "backends/filesystem/testing/temporary_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

class NewTreeTest : public testing::Test {
 protected:
  static void Put(const NewTree& tree) {
    ScopedFd file(openat(tree.fd(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    EXPECT_TRUE(file.ok());
  }
  size_t Count() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(directory_.path()), fs::directory_iterator()));
  }

  TemporaryDirectory directory_;
};

TEST_F(NewTreeTest, AppearsWhole) {
  const fs::path path = directory_ / "a/b/tree";
  Result<NewTree> tree = NewTree::Make(path.string() + "/");
  ASSERT_TRUE(tree.ok()) << tree.error().message();
  Put(*tree);
  EXPECT_FALSE(fs::exists(path));
  ASSERT_EQ(fchmod(tree->fd(), 0555), 0);
  ASSERT_TRUE(tree->Commit().ok());
  EXPECT_TRUE(fs::exists(path / "file"));
  struct stat status = {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0555U);
}

TEST_F(NewTreeTest, LeavesNothingWithoutCommit) {
  {
    Result<NewTree> tree = NewTree::Make(directory_ / "a/b/tree");
    ASSERT_TRUE(tree.ok()) << tree.error().message();
    Put(*tree);
  }
  EXPECT_EQ(Count(), 0U);
}

TEST_F(NewTreeTest, TakesThePlaceOfAnEmptyDirectory) {
  fs::create_directory(directory_ / "tree");
  {
    Result<NewTree> tree = NewTree::Make(directory_ / "tree");
    ASSERT_TRUE(tree.ok()) << tree.error().message();
    Put(*tree);
    ASSERT_TRUE(tree->Commit().ok());
  }
  EXPECT_TRUE(fs::exists(directory_ / "tree/file"));
  EXPECT_EQ(Count(), 1U);
}

TEST_F(NewTreeTest, TakesNobodyElsesPlace) {
  fs::create_directory(directory_ / "full");
  std::ofstream(directory_ / "full/mine").close();
  fs::create_symlink("elsewhere", directory_ / "link");
  for (const char* name : {"full", "link", "full/mine", "..", ""}) {
    EXPECT_FALSE(NewTree::Make(directory_ / name).ok()) << name;
  }
  // Filled meanwhile.
  Result<NewTree> tree = NewTree::Make(directory_ / "new");
  ASSERT_TRUE(tree.ok());
  fs::create_directories(directory_ / "new/other");
  EXPECT_FALSE(tree->Commit().ok());
  EXPECT_TRUE(fs::exists(directory_ / "new/other"));
}

}  // namespace
}  // namespace cooper
