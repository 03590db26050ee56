#include "backends/store/cache_directories.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include "backends/store/testing/store_faults.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class CacheDirectoriesTest : public testing::Test {
 protected:
  static std::unique_ptr<Store> OpenStore(const std::string& path) {
    auto store = Store::Open(path);
    EXPECT_TRUE(store.ok()) << store.error().message();
    return std::move(*store);
  }
  CacheRequest Request(CacheSharing sharing, std::string_view key = "key") {
    CacheRequest request;
    request.key = Digest::Of(key);
    request.sharing = sharing;
    request.fill = [this](int directory_fd) {
      ++fills_;
      return mkdirat(directory_fd, kCacheContent, 0755) == 0
                 ? Ok()
                 : Status(Error(DiagnosticKind::kStore, "mkdirat"));
    };
    request.waits = [this] { ++waits_; };
    return request;
  }
  std::optional<CacheLease> Lease(CacheSharing sharing, std::string_view key = "key") {
    Result<CacheLease> lease = store_->LeaseCache(Request(sharing, key), {});
    if (lease.ok()) return std::move(*lease);
    ADD_FAILURE() << lease.error().message();
    return std::nullopt;
  }

  TestDirectory directory_;
  const std::string path_ = directory_ / "store";
  std::unique_ptr<Store> store_ = OpenStore(path_);
  std::atomic<int> fills_ = 0;
  std::atomic<int> waits_ = 0;
};

TEST_F(CacheDirectoriesTest, KeepsContentBetweenLeasesAndStores) {
  WriteTestFile(Lease(CacheSharing::kShared)->path() + "/file", "kept");
  EXPECT_EQ(ReadTestFile(Lease(CacheSharing::kLocked)->path() + "/file"), "kept");
  store_.reset();
  store_ = OpenStore(path_);
  EXPECT_EQ(ReadTestFile(Lease(CacheSharing::kPrivate)->path() + "/file"), "kept");
  EXPECT_EQ(fills_, 1);
}

TEST_F(CacheDirectoriesTest, KeysAreSeparate) {
  const auto one = Lease(CacheSharing::kLocked, "one");
  EXPECT_NE(Lease(CacheSharing::kLocked, "two")->path(), one->path());
}

TEST_F(CacheDirectoriesTest, SharedLeasesHaveOneDirectoryAtATime) {
  const auto first = Lease(CacheSharing::kShared);
  EXPECT_EQ(Lease(CacheSharing::kShared)->path(), first->path());
}

TEST_F(CacheDirectoriesTest, PrivateLeaseIsAlone) {
  const auto shared = Lease(CacheSharing::kShared);
  const auto first = Lease(CacheSharing::kPrivate);
  auto second = Lease(CacheSharing::kPrivate);
  EXPECT_NE(first->path(), shared->path());
  EXPECT_NE(second->path(), shared->path());
  EXPECT_NE(second->path(), first->path());
  // One that is free again is used again.
  const std::string path = second->path();
  second.reset();
  EXPECT_EQ(Lease(CacheSharing::kPrivate)->path(), path);
  EXPECT_EQ(waits_, 0);
}

TEST_F(CacheDirectoriesTest, LockedLeaseWaitsForTheOneBefore) {
  auto first = Lease(CacheSharing::kLocked);
  const std::string path = first->path();
  std::atomic<bool> done = false;
  std::thread other([&] {
    EXPECT_EQ(Lease(CacheSharing::kLocked)->path(), path);
    done = true;
  });
  while (waits_ == 0) std::this_thread::yield();
  EXPECT_FALSE(done);
  first.reset();
  other.join();
  EXPECT_EQ(waits_, 1);
}

TEST_F(CacheDirectoriesTest, LockedLeaseWaitsForSharedOnes) {
  auto shared = Lease(CacheSharing::kShared);
  std::thread other([&] { Lease(CacheSharing::kLocked); });
  while (waits_ == 0) std::this_thread::yield();
  shared.reset();
  other.join();
}

TEST_F(CacheDirectoriesTest, WaitingEndsWithAStop) {
  const auto first = Lease(CacheSharing::kLocked);
  std::stop_source stop;
  std::thread stopper([&] {
    while (waits_ == 0) std::this_thread::yield();
    stop.request_stop();
  });
  const auto second = store_->LeaseCache(Request(CacheSharing::kLocked), stop.get_token());
  stopper.join();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), DiagnosticKind::kInterrupted);
}

TEST_F(CacheDirectoriesTest, KilledProcessLeavesItsCacheToOthers) {
  const pid_t child = fork();
  if (child == 0) {
    const auto lease = OpenStore(path_)->LeaseCache(Request(CacheSharing::kLocked), {});
    if (!lease.ok()) _exit(1);
    WriteTestFile(lease->path() + "/file", "half");
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(ReadTestFile(Lease(CacheSharing::kLocked)->path() + "/file"), "half");
  EXPECT_EQ(waits_, 0);
}

TEST_F(CacheDirectoriesTest, AnotherProcessIsWaitedFor) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lease = OpenStore(path_)->LeaseCache(Request(CacheSharing::kLocked), {});
    if (!lease.ok() || write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  std::thread killer([&] {
    while (waits_ == 0) std::this_thread::yield();
    kill(child, SIGKILL);
  });
  EXPECT_TRUE(Lease(CacheSharing::kLocked).has_value());
  killer.join();
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST_F(CacheDirectoriesTest, FaultWhileFillingLeavesNothing) {
  CacheRequest request = Request(CacheSharing::kShared);
  request.fill = [](int directory_fd) {
    close(openat(directory_fd, "half", O_CREAT | O_WRONLY, 0600));
    return Status(Error(DiagnosticKind::kMissingSource, "no source"));
  };
  const auto failed = store_->LeaseCache(request, {});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(), "no source");
  EXPECT_THAT(Lease(CacheSharing::kShared)->path(), HasSubstr("/0/content"));
}

TEST_F(CacheDirectoriesTest, PlaceIsPrivate) {
  const mode_t old = umask(0);
  const auto lease = Lease(CacheSharing::kShared);
  umask(old);
  const fs::path content = lease->path();
  EXPECT_EQ(fs::status(content.parent_path()).permissions(), fs::perms(0700));
  EXPECT_EQ(fs::status(content.parent_path().parent_path()).permissions(), fs::perms(0700));
}

TEST_F(CacheDirectoriesTest, CheckAcceptsCachesAndNamesWhatIsNone) {
  WriteTestFile(Lease(CacheSharing::kShared)->path() + "/anything", "");
  EXPECT_THAT(StoreFaults(path_), IsEmpty());
  const std::string key = Digest::Of("key").Hex();
  fs::create_directories(path_ + "/caches/" + key + "/7");
  WriteTestFile(path_ + "/caches/stray", "");
  EXPECT_THAT(StoreFaults(path_),
              testing::ElementsAre("`caches/" + key + "/7` is not a cache's directory",
                                   "`caches/stray` is not a cache's directory"));
}

TEST_F(CacheDirectoriesTest, StoreThatIsReadLendsNothing) {
  const auto reader = Store::OpenToRead(path_);
  ASSERT_TRUE(reader.ok());
  EXPECT_FALSE((*reader)->LeaseCache(Request(CacheSharing::kShared), {}).ok());
  EXPECT_TRUE(fs::is_empty(path_ + "/caches"));
}

}  // namespace
}  // namespace cooper
