#include "backends/export/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

ScopedFd OpenDirectory(const TestDirectory& directory) {
  return ScopedFd(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool HasFilesWithoutName(const TestDirectory& directory) {
  return ScopedFd(open(directory.path().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)).ok();
}

TEST(OutputFile, AppearsWithCommitAlone) {
  const TestDirectory directory;
  const auto file = OutputFile::Open(directory / "out");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Write("hello").ok());
  EXPECT_FALSE(fs::exists(directory / "out"));
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_EQ(ReadTestFile(directory / "out"), "hello");
  EXPECT_EQ(CountEntries(directory.path()), 1u);
}

TEST(OutputFile, NothingStaysOfAKilledProcess) {
  const TestDirectory directory;
  if (!HasFilesWithoutName(directory)) GTEST_SKIP() << "this file system has no O_TMPFILE";
  WriteTestFile(directory / "out", "old");
  const auto write = [](const std::string& path) {
    const auto file = OutputFile::Open(path);
    if (file.ok() && (*file)->Write("half").ok()) raise(SIGKILL);
  };
  EXPECT_EXIT(write(directory / "new"), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(write(directory / "out"), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(CountEntries(directory.path()), 1u);
  EXPECT_EQ(ReadTestFile(directory / "out"), "old");
}

TEST(OutputFile, HasTheModeThatTheUmaskLeaves) {
  const TestDirectory directory;
  const mode_t before = umask(027);
  const auto file = OutputFile::Open(directory / "out");
  umask(before);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_EQ(fs::status(directory / "out").permissions(), fs::perms(0640));
}

TEST(OutputFile, TemporaryNameGoesWithCommitAndWithout) {
  const TestDirectory directory;
  WriteTestFile(directory / "out", "old");
  for (const bool commit : {false, true}) {
    const auto file = OutputFile::OpenNamed(OpenDirectory(directory), "out", "`out`");
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Write("new").ok());
    EXPECT_EQ(ReadTestFile(directory / "out"), "old");
    EXPECT_EQ(CountEntries(directory.path()), 2u);
    if (commit) {
      ASSERT_TRUE((*file)->Commit().ok());
    }
  }
  EXPECT_EQ(ReadTestFile(directory / "out"), "new");
  EXPECT_EQ(CountEntries(directory.path()), 1u);
}

TEST(OutputFile, CheckFindsAMissingDirectoryAndLeavesNothing) {
  const TestDirectory directory;
  EXPECT_TRUE(OutputFile::Check(directory / "out").ok());
  EXPECT_TRUE(OutputFile::Check("-").ok());
  EXPECT_EQ(CountEntries(directory.path()), 0u);
  const Status status = OutputFile::Check(directory / "none/out");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("make it first"));
  EXPECT_FALSE(OutputFile::Check(directory.path()).ok());
}

TEST(OutputFile, CheckDoesNotOpenPipes) {
  const TestDirectory directory;
  ASSERT_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(OutputFile::Check(directory / "pipe").ok());
}

TEST(OutputFile, DroppedOneLeavesTheOldFile) {
  const TestDirectory directory;
  WriteTestFile(directory / "out", "old");
  {
    const auto file = OutputFile::Open(directory / "out");
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Write("half").ok());
  }
  EXPECT_EQ(ReadTestFile(directory / "out"), "old");
  EXPECT_EQ(CountEntries(directory.path()), 1u);
}

TEST(OutputFile, WritesWhereALinkLeads) {
  const TestDirectory directory;
  fs::create_directory(directory / "real");
  WriteTestFile(directory / "real/out", "old");
  fs::create_symlink(directory / "real/out", directory / "link");
  const auto file = OutputFile::Open(directory / "link");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Write("new").ok());
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_EQ(CountEntries(directory / "real"), 1u);
  EXPECT_TRUE(fs::is_symlink(directory / "link"));
  EXPECT_EQ(ReadTestFile(directory / "real/out"), "new");
}

TEST(OutputFile, WritesDevicesInPlace) {
  const auto file = OutputFile::Open("/dev/null");
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file)->Write("x").ok());
  EXPECT_TRUE((*file)->Commit().ok());
  struct stat status{};
  ASSERT_EQ(stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST(OutputFile, NamesTheMissingDirectory) {
  const TestDirectory directory;
  const auto file = OutputFile::Open(directory / "none/out");
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().kind(), DiagnosticKind::kOutput);
  EXPECT_THAT(file.error().message(),
              HasSubstr("there is no directory `" + (directory / "none") + "`; make it first"));
}

TEST(OutputFile, RefusesADirectory) {
  const TestDirectory directory;
  EXPECT_THAT(OutputFile::Open(directory.path()).error().message(),
              HasSubstr("it is a directory; name a file in it"));
  EXPECT_THAT(OutputFile::Open((directory / "new/")).error().message(), HasSubstr("name a file"));
}

TEST(OutputFile, FullDeviceIsNamed) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "there is no /dev/full here";
  const auto file = OutputFile::Open("/dev/full");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->Write("x").error().message(),
            "cannot write `/dev/full`: no space left on device; free some space or choose another "
            "destination");
}

}  // namespace
}  // namespace cooper
