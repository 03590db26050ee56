#include "backends/store/directory/kept_items.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "backends/store/directory/temporary_session.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

constexpr std::chrono::milliseconds kPatience{5000};

class KeptItemsTest : public testing::Test {
 protected:
  ScopedFd OpenGate() {
    return ScopedFd(open((other_ / "gate").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  }
  std::unique_ptr<TemporarySession> Start() {
    auto session = TemporarySession::Start(fd_.get(), gate_.get(), directory_.path());
    EXPECT_TRUE(session.ok());
    return std::move(*session);
  }

  TestDirectory directory_;
  TestDirectory other_;
  ScopedFd gate_ = OpenGate();
  ScopedFd fd_{open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(KeptItemsTest, AreSeenAsLongAsTheSessionLives) {
  {
    const auto one = Start();
    const auto two = Start();
    ASSERT_TRUE(one->kept().Keep(Digest::Of("a")).ok());
    ASSERT_TRUE(two->kept().Keep(Digest::Of("b")).ok());
    ASSERT_TRUE(two->kept().Keep(Digest::Of("b")).ok());
    EXPECT_EQ(*ItemsKeptByAnyone(fd_.get()), (std::set{Digest::Of("a"), Digest::Of("b")}));
    EXPECT_EQ(CountSessions(fd_.get()), 2u);
  }
  EXPECT_TRUE(ItemsKeptByAnyone(fd_.get())->empty());
}

TEST_F(KeptItemsTest, OfADeadProcessAreNobodys) {
  const pid_t child = fork();
  if (child == 0) {
    const auto session = Start();
    if (!session->kept().Keep(Digest::Of("a")).ok()) _exit(1);
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(ItemsKeptByAnyone(fd_.get())->empty());
  EXPECT_EQ(TemporarySession::Abandoned(fd_.get()).size(), 1u);
}

TEST_F(KeptItemsTest, AreManyMoreThanOneRead) {
  const auto session = Start();
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(session->kept().Keep(Digest::Of(std::to_string(i))).ok());
  }
  EXPECT_EQ(ItemsKeptByAnyone(fd_.get())->size(), 3000u);
}

TEST_F(KeptItemsTest, WaitWhileTheGateIsClosed) {
  const auto session = Start();
  const ScopedFd mine = OpenGate();
  std::atomic<bool> kept = false;
  std::jthread keeper;
  {
    const auto gate = ClosedGate::Close(mine.get(), kPatience, {});
    ASSERT_TRUE(gate.ok());
    keeper = std::jthread([&] {
      EXPECT_TRUE(session->kept().Keep(Digest::Of("late")).ok());
      kept = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_FALSE(kept);
    EXPECT_TRUE(ItemsKeptByAnyone(fd_.get())->empty());
  }
  keeper.join();
  EXPECT_TRUE(kept);
}

TEST_F(KeptItemsTest, GateIsClosedByOneAtATimeAndGivesUp) {
  const auto first = ClosedGate::Close(gate_.get(), kPatience, {});
  ASSERT_TRUE(first.ok());
  const ScopedFd mine = OpenGate();
  const auto second = ClosedGate::Close(mine.get(), std::chrono::milliseconds(20), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), DiagnosticKind::kStore);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(ClosedGate::Close(mine.get(), kPatience, stop.get_token()).error().kind(),
            DiagnosticKind::kInterrupted);
}

}  // namespace
}  // namespace cooper
