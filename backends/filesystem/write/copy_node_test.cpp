#include "backends/filesystem/write/copy_node.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "backends/filesystem/testing/temporary_directory.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

TEST(CopyNode, CopiesADirectoryWithAllThatMatters) {
  const TemporaryDirectory place;
  fs::create_directories(place / "from/d");
  std::ofstream(place / "from/d/f") << "text";
  fs::create_hard_link(place / "from/d/f", place / "from/g");
  fs::create_symlink("/etc/passwd", place / "from/l");
  ASSERT_EQ(chmod((place / "from/d").c_str(), 0711), 0);
  ASSERT_EQ(chmod((place / "from").c_str(), 01770), 0);
  const timespec times[] = {{.tv_sec = 5, .tv_nsec = 6}, {.tv_sec = 5, .tv_nsec = 6}};
  ASSERT_EQ(utimensat(place.fd(), "from", times, 0), 0);
  const Status status = CopyNode(place.fd(), "from", place.fd(), "to", {});
  ASSERT_TRUE(status.ok()) << status.error().message();
  struct stat top = {};
  struct stat file = {};
  struct stat link = {};
  ASSERT_EQ(stat((place / "to").c_str(), &top), 0);
  EXPECT_EQ(top.st_mode & 07777, 01770U);
  EXPECT_EQ(top.st_mtim.tv_sec, 5);
  ASSERT_EQ(stat((place / "to/d").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0711U);
  ASSERT_EQ(stat((place / "to/d/f").c_str(), &file), 0);
  ASSERT_EQ(stat((place / "to/g").c_str(), &link), 0);
  EXPECT_EQ(file.st_ino, link.st_ino);
  EXPECT_EQ(fs::read_symlink(place / "to/l"), "/etc/passwd");
}

TEST(CopyNode, CopiesOneFileAndOverwritesNothing) {
  const TemporaryDirectory place;
  std::ofstream(place / "from") << "text";
  ASSERT_TRUE(CopyNode(place.fd(), "from", place.fd(), "to", {}).ok());
  EXPECT_EQ(fs::file_size(place / "to"), 4U);
  EXPECT_FALSE(CopyNode(place.fd(), "from", place.fd(), "to", {}).ok());
}

}  // namespace
}  // namespace cooper
