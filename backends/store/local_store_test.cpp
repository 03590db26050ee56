#include "backends/store/local_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "backends/store/testing/store_faults.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LocalStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open() {
    auto store = Store::Open(path_);
    EXPECT_TRUE(store.ok()) << store.error().message();
    return std::move(*store);
  }
  static std::string OpenError(const std::string& path) {
    const auto store = Store::Open(path);
    EXPECT_FALSE(store.ok());
    if (store.ok()) return {};
    EXPECT_EQ(store.error().kind(), DiagnosticKind::kStore);
    return store.error().message();
  }
  static Descriptor Describe(const Digest& digest, uint64_t size_bytes) {
    return {.media_type = "application/vnd.oci.image.layer.v1.tar",
            .digest = digest,
            .size_bytes = size_bytes,
            .annotations = {},
            .platform = {}};
  }

  TestDirectory directory_;
  const std::string path_ = directory_ / "cache/store";
};

// The exit status of `body` in a child, or the negative number of its signal.
int InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_F(LocalStoreTest, IsPrivateWhateverTheUmask) {
  const mode_t old = umask(0);
  {
    const auto store = Open();
    ASSERT_TRUE(store->PutBlob("hello").ok());
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      EXPECT_EQ(entry.status().permissions() & fs::perms(077), fs::perms::none) << entry.path();
    }
  }
  umask(old);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0700));
}

TEST_F(LocalStoreTest, TightensAnEmptyDirectoryButNotSomebodysFiles) {
  fs::create_directories(path_);
  fs::permissions(path_, fs::perms(0755));
  {
    Open();
  }
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0700));
  fs::permissions(path_, fs::perms(0755));
  WriteTestFile(path_ + "/notes.txt", "mine");
  EXPECT_THAT(OpenError(path_), HasSubstr("holds `notes.txt`, which is not part of a store"));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0755));
}

TEST_F(LocalStoreTest, RefusesLinksFilesAndForeignOwners) {
  fs::create_directories(directory_ / "real");
  fs::create_directory_symlink(directory_ / "real", directory_ / "link");
  EXPECT_THAT(OpenError(directory_ / "link"), HasSubstr("is a symbolic link"));
  EXPECT_THAT(OpenError(directory_ / "link/"), HasSubstr("is a symbolic link"));
  WriteTestFile(directory_ / "file", "x");
  EXPECT_THAT(OpenError(directory_ / "file"), HasSubstr("is not a directory"));
  EXPECT_THAT(OpenError(directory_ / "file/store"), HasSubstr("not a directory"));
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a directory of another user";
  ASSERT_EQ(chown((directory_ / "real").c_str(), 1234, 1234), 0);
  EXPECT_THAT(OpenError(directory_ / "real"), HasSubstr("belongs to user 1234, not to user 0"));
}

TEST_F(LocalStoreTest, TakesARelativePath) {
  fs::create_directories(directory_ / "here");
  EXPECT_EQ(InChild([&] {
              if (chdir((directory_ / "here").c_str()) != 0) return 1;
              auto store = Store::Open("a/b/");
              return store.ok() && (*store)->directory() == directory_ / "here/a/b" ? 0 : 2;
            }),
            0);
}

TEST_F(LocalStoreTest, NewsOfOneOpenerReachTheOther) {
  const auto first = Open();
  const auto second = Open();
  const auto digest = first->PutBlob("hello");
  ASSERT_TRUE(digest.ok());
  EXPECT_TRUE(second->HasBlob(*digest));
  EXPECT_EQ(*second->ReadBlob(*digest, 100), "hello");
  LayerRecord record;
  record.diff_id = *digest;
  record.blob = Describe(*digest, 5);
  ASSERT_TRUE(first->PutLayer(Digest::Of("id"), record).ok());
  EXPECT_EQ((*second->FindLayer(Digest::Of("id")))->blob, record.blob);
  EXPECT_THAT(StoreFaults(path_), IsEmpty());
}

TEST_F(LocalStoreTest, OpenCleansUpAfterAKilledProcess) {
  Open();
  EXPECT_EQ(InChild([&] {
              auto store = Store::Open(path_);
              auto blob = (*store)->NewBlob();
              auto snapshot = (*store)->NewSnapshot(Digest::Of("id"));
              if (!(*blob)->Write(std::string(1 << 20, 'x')).ok()) return 1;
              if (mkdirat((*snapshot)->root_fd(), "etc", 0) != 0) return 2;
              raise(SIGKILL);
              return 3;
            }),
            -SIGKILL);
  ASSERT_EQ(CountEntries(path_ + "/temporary"), 2u);
  const auto store = Open();
  // What is left is the new session's directory, empty, and its lock.
  size_t left = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path_ + "/temporary")) {
    EXPECT_TRUE(entry.is_directory() || entry.path().extension() == ".lock") << entry.path();
    ++left;
  }
  EXPECT_EQ(left, 2u);
  EXPECT_THAT(StoreFaults(path_), IsEmpty());
}

TEST_F(LocalStoreTest, ThreadsAndProcessesShareIt) {
  const auto work = [&](int seed) {
    auto store = Store::Open(path_);
    if (!store.ok()) return 1;
    for (int i = 0; i < 4; ++i) {
      const std::string text = "blob " + std::to_string((seed + i) % 6);
      const auto digest = (*store)->PutBlob(text);
      if (!digest.ok()) return 2;
      LayerRecord record;
      record.blob = Describe(*digest, text.size());
      if (!(*store)->PutLayer(*digest, record).ok()) return 3;
      const auto found = (*store)->FindLayer(*digest);
      if (!found.ok() || !*found || (*found)->blob != record.blob) return 4;
    }
    return 0;
  };
  std::vector<pid_t> children;
  for (int seed = 0; seed < 3; ++seed) {
    const pid_t child = fork();
    if (child == 0) _exit(work(seed));
    children.push_back(child);
  }
  {
    std::vector<std::jthread> threads;
    for (int seed = 0; seed < 2; ++seed) {
      threads.emplace_back([&work, seed] { EXPECT_EQ(work(seed), 0); });
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  const auto store = Open();
  EXPECT_THAT(StoreFaults(path_), IsEmpty());
  EXPECT_EQ(CountEntries(path_ + "/blobs/sha256"), 6u);
}

TEST_F(LocalStoreTest, RecordsComeBackWithoutWhatWasLost) {
  const auto store = Open();
  const Digest id = Digest::Of("id");
  const auto blob = store->PutBlob("layer");
  ASSERT_TRUE(blob.ok());
  const auto index = store->SaveIndex(LayerIndex(
      {{.path = "etc", .type = EntryType::kDirectory, .mtime = {}, .link = {}, .xattrs = {}}}));
  ASSERT_TRUE(index.ok());
  {
    const auto writer = store->NewSnapshot(id);
    ASSERT_TRUE(writer.ok());
    fs::create_directory((*writer)->path() + "/etc");
    ASSERT_TRUE((*writer)->Commit().ok());
  }
  LayerRecord record;
  record.diff_id = *blob;
  record.blob = Describe(*blob, 5);
  record.index = *index;
  record.snapshot = true;
  ASSERT_TRUE(store->PutLayer(id, record).ok());
  ASSERT_THAT(StoreFaults(path_), IsEmpty());
  EXPECT_EQ(store->LoadIndex(*index)->entries().size(), 1u);

  fs::remove(path_ + "/blobs/sha256/" + blob->Hex());
  fs::remove(path_ + "/blobs/sha256/" + index->Hex());
  fs::remove_all(path_ + "/snapshots/" + id.Hex());
  const auto found = store->FindLayer(id);
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->diff_id, record.diff_id);
  EXPECT_FALSE((*found)->blob);
  EXPECT_FALSE((*found)->index);
  EXPECT_FALSE((*found)->snapshot);
  EXPECT_THAT(
      StoreFaults(path_),
      ElementsAre(HasSubstr("its blob `" + blob->Hex() + "` is not there"),
                  HasSubstr("its index cannot be used"), HasSubstr("its snapshot is not there")));
}

TEST_F(LocalStoreTest, RefusesToRecordWhatIsNotThere) {
  const auto store = Open();
  LayerRecord record;
  record.blob = Describe(Digest::Of("never written"), 13);
  EXPECT_EQ(store->PutLayer(Digest::Of("id"), record).error().kind(), DiagnosticKind::kStore);
  record.blob.reset();
  record.snapshot = true;
  EXPECT_EQ(store->PutLayer(Digest::Of("id"), record).error().kind(), DiagnosticKind::kStore);
  EXPECT_FALSE(store->FindLayer(Digest::Of("id"))->has_value());
}

TEST_F(LocalStoreTest, CheckNamesDamagedAndForeignBlobs) {
  const auto store = Open();
  const auto digest = store->PutBlob("hello");
  ASSERT_TRUE(digest.ok());
  WriteTestFile(path_ + "/blobs/sha256/" + digest->Hex(), "hellO");
  WriteTestFile(path_ + "/blobs/sha256/stray", "x");
  fs::permissions(path_ + "/blobs/sha256/stray", fs::perms(0600));
  EXPECT_THAT(StoreFaults(path_),
              ElementsAre(HasSubstr("blob `" + digest->Hex() + "`: its bytes have the digest"),
                          HasSubstr("blob `stray`: the name is not a sha256")));
}

// 0 passed, 77 cannot be tried here, anything else names the line that failed.
int FillSmallDisk(const std::string& path) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
    return 77;
  }
  auto store = Store::Open(path);
  if (!store.ok()) return 1;
  const auto kept = (*store)->PutBlob("kept");
  if (!kept.ok()) return 2;
  const auto failed = (*store)->PutBlob(std::string(4 << 20, 'x'));
  if (failed.ok() || failed.error().kind() != DiagnosticKind::kStore) return 3;
  if (failed.error().message() != "cannot write a blob to the store `" + path +
                                      "`: no space left on device; free some space or choose "
                                      "another --store") {
    return 4;
  }
  if (!StoreFaults(path).empty()) return 5;
  // The failed blob's space is free again.
  if (!(*store)->PutBlob(std::string(100 << 10, 'y')).ok()) return 6;
  if (CountEntries(path + "/blobs/sha256") != 2) return 7;
  return 0;
}

TEST_F(LocalStoreTest, FullDiskIsNamedAndLeavesNothingHalf) {
  if (geteuid() != 0) GTEST_SKIP() << "mounting a small disk needs root";
  fs::create_directories(directory_ / "disk");
  const int status = InChild([&] { return FillSmallDisk(directory_ / "disk"); });
  if (status == 77) GTEST_SKIP() << "mounting a small disk is not allowed here";
  EXPECT_EQ(status, 0);
}

TEST_F(LocalStoreTest, SnapshotOfOneFormIsNotUsedForTheOther) {
  const Digest id = Digest::Of("layer");
  LayerRecord record;
  record.snapshot = true;
  {
    const auto store = Open();
    ASSERT_TRUE((*store->NewSnapshot(id))->Commit().ok());
    ASSERT_TRUE(store->PutLayer(id, record).ok());
  }
  auto user = Store::Open(path_, SnapshotForm::kUser);
  ASSERT_TRUE(user.ok());
  EXPECT_FALSE((*(*user)->FindLayer(id))->snapshot);
  EXPECT_NE((*user)->SnapshotPath(id), Open()->SnapshotPath(id));
  EXPECT_THAT(StoreFaults(path_), IsEmpty());
  ASSERT_TRUE((*(*user)->NewSnapshot(id))->Commit().ok());
  EXPECT_TRUE((*(*user)->FindLayer(id))->snapshot);
  EXPECT_TRUE((*Open()->FindLayer(id))->snapshot);
}

TEST_F(LocalStoreTest, ClosesAgainWhatWasOpenedToOthersAndHasTheSandboxsFiles) {
  Open();
  fs::create_directory(path_ + "/sandbox");
  fs::permissions(path_, fs::perms(0755));
  Open();
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0700));
}

}  // namespace
}  // namespace cooper
