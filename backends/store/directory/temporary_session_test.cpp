#include "backends/store/directory/temporary_session.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

class TemporarySessionTest : public testing::Test {
 protected:
  Result<std::unique_ptr<TemporarySession>> Start() {
    return TemporarySession::Start(fd_.get(), gate_.get(), directory_.path());
  }

  TestDirectory directory_;
  TestDirectory gate_directory_;
  ScopedFd gate_{open((gate_directory_ / "gate").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  ScopedFd fd_{open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(TemporarySessionTest, EndLeavesNothing) {
  {
    auto session = Start();
    ASSERT_TRUE(session.ok());
    WriteTestFile((*session)->path() + "/file", "x");
    EXPECT_NE((*session)->NextName("a"), (*session)->NextName("a"));
    EXPECT_EQ(CountEntries(directory_.path()), 2u);
  }
  EXPECT_EQ(CountEntries(directory_.path()), 0u);
}

TEST_F(TemporarySessionTest, CleanerLeavesLiveSessionsAlone) {
  auto session = Start();
  ASSERT_TRUE(session.ok());
  TemporarySession::RemoveAbandoned(fd_.get());
  EXPECT_TRUE(fs::exists((*session)->path()));
}

TEST_F(TemporarySessionTest, CleanerTakesWhatADeadProcessLeft) {
  const pid_t child = fork();
  if (child == 0) {
    auto session = Start();
    if (!session.ok()) _exit(1);
    WriteTestFile((*session)->path() + "/file", "half");
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(CountEntries(directory_.path()), 2u);
  TemporarySession::RemoveAbandoned(fd_.get());
  EXPECT_EQ(CountEntries(directory_.path()), 0u);
}

TEST_F(TemporarySessionTest, CleanerTakesDirectoriesWhoseLockFileIsLost) {
  fs::create_directories(directory_ / "0123456789abcdef/snapshot-0");
  TemporarySession::RemoveAbandoned(fd_.get());
  EXPECT_EQ(CountEntries(directory_.path()), 0u);
}

}  // namespace
}  // namespace cooper
