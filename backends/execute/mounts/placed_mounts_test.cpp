#include "backends/execute/mounts/placed_mounts.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PlacedMountsTest : public testing::Test {
 protected:
  PlacedMountsTest() {
    for (const char* name : {"root", "aside", "host", "outside"})
      fs::create_directory(place_ / name);
    root_fd_ = ScopedFd(open((place_ / "root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    aside_fd_ = ScopedFd(open((place_ / "aside").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  ~PlacedMountsTest() override {
    placed_.reset();
    EXPECT_TRUE(fs::is_empty(place_ / "aside"));
    EXPECT_TRUE(fs::is_empty(place_ / "outside"));
  }

  std::string At(const std::string& path) const { return place_ / ("root/" + path); }
  std::string Host(const std::string& path) const { return place_ / ("host/" + path); }

  Status Put(std::vector<SandboxMount> mounts, const std::set<std::string>& kept = {}) {
    COOPER_ASSIGN_OR_RETURN(placed_, PlacedMounts::Put({.root_fd = root_fd_.get(),
                                                        .aside_fd = aside_fd_.get(),
                                                        .keep = &keep_,
                                                        .in_place = false,
                                                        .user_namespace = false},
                                                       std::move(mounts), kept));
    return Ok();
  }
  void MustPut(std::vector<SandboxMount> mounts, const std::set<std::string>& kept = {}) {
    const Status status = Put(std::move(mounts), kept);
    ASSERT_TRUE(status.ok()) << status.error().message();
  }
  void TakeOut() {
    const Status status = placed_->TakeOut();
    EXPECT_TRUE(status.ok()) << status.error().message();
  }

  static SandboxMount Secret(const std::string& target, const std::string& text = "hunter2") {
    SandboxMount mount;
    mount.kind = SandboxMount::Kind::kFile;
    mount.target = target;
    mount.mode = 0400;
    mount.uid = geteuid();
    mount.gid = getegid();
    mount.content = text;
    return mount;
  }
  static SandboxMount Tmpfs(const std::string& target) {
    SandboxMount mount;
    mount.kind = SandboxMount::Kind::kTmpfs;
    mount.target = target;
    mount.mode = 01777;
    return mount;
  }
  SandboxMount Bind(const std::string& source, const std::string& target, bool read_only = false) {
    SandboxMount mount;
    mount.source = Host(source);
    mount.target = target;
    mount.read_only = read_only;
    return mount;
  }

  // Everything in the root that a layer could tell.
  std::map<std::string, std::string> State() const {
    std::map<std::string, std::string> state;
    const auto add = [&](const std::string& path) {
      struct stat status = {};
      lstat(path.c_str(), &status);
      std::string text = std::to_string(status.st_mode) + " " +
                         std::to_string(status.st_mtim.tv_sec) + "." +
                         std::to_string(status.st_mtim.tv_nsec);
      if (S_ISREG(status.st_mode)) text += " " + ReadTestFile(path);
      state[path] = text;
    };
    add(At(""));
    for (const auto& entry : fs::recursive_directory_iterator(At(""))) add(entry.path());
    return state;
  }

  TestDirectory place_;
  ScopedFd root_fd_;
  ScopedFd aside_fd_;
  ProtectedPaths keep_;
  std::unique_ptr<PlacedMounts> placed_;
};

TEST_F(PlacedMountsTest, SecretIsThereAsAskedForAndLeavesNoTrace) {
  fs::create_directory(At("run"));
  const auto before = State();
  MustPut({Secret("/run/secrets/deep/token")});
  struct stat status = {};
  ASSERT_EQ(stat(At("run/secrets/deep/token").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0400U);
  ASSERT_EQ(stat(At("run/secrets").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0755U);
  EXPECT_EQ(ReadTestFile(At("run/secrets/deep/token")), "hunter2");
  TakeOut();
  EXPECT_EQ(State(), before);
}

TEST_F(PlacedMountsTest, WhatWasThereComesBack) {
  fs::create_directories(At("etc"));
  fs::create_directories(At("data/sub"));
  WriteTestFile(At("etc/hosts"), "of the image");
  WriteTestFile(At("data/sub/file"), "of the image");
  const auto before = State();
  MustPut({Secret("/etc/hosts", "of the machine"), Tmpfs("/data")});
  EXPECT_EQ(ReadTestFile(At("etc/hosts")), "of the machine");
  EXPECT_TRUE(fs::is_empty(At("data")));
  WriteTestFile(At("data/scratch"), "x");
  TakeOut();
  EXPECT_EQ(State(), before);
}

TEST_F(PlacedMountsTest, GoesWithoutTakeOutToo) {
  WriteTestFile(At("f"), "of the image");
  const auto before = State();
  MustPut({Secret("/f"), Tmpfs("/t")});
  placed_.reset();
  EXPECT_EQ(State(), before);
}

TEST_F(PlacedMountsTest, CacheMovesInAndComesBackWithChanges) {
  fs::create_directory(Host("cache"));
  WriteTestFile(Host("cache/old"), "1");
  const auto before = State();
  MustPut({Bind("cache", "/var/cache")}, {Host("cache")});
  EXPECT_EQ(ReadTestFile(At("var/cache/old")), "1");
  WriteTestFile(At("var/cache/new"), "2");
  fs::remove(At("var/cache/old"));
  TakeOut();
  EXPECT_EQ(ReadTestFile(Host("cache/new")), "2");
  EXPECT_FALSE(fs::exists(Host("cache/old")));
  EXPECT_EQ(State(), before);
}

TEST_F(PlacedMountsTest, ReadOnlyCacheIsACopy) {
  fs::create_directory(Host("cache"));
  WriteTestFile(Host("cache/f"), "1");
  MustPut({Bind("cache", "/c", /*read_only=*/true)}, {Host("cache")});
  WriteTestFile(At("c/f"), "2");
  TakeOut();
  EXPECT_EQ(ReadTestFile(Host("cache/f")), "1");
  EXPECT_FALSE(fs::exists(At("c")));
}

TEST_F(PlacedMountsTest, ThrowAwayBindIsGone) {
  fs::create_directory(Host("copy"));
  WriteTestFile(Host("file"), "1");
  MustPut({Bind("copy", "/src"), Bind("file", "/etc/file", true)});
  EXPECT_EQ(ReadTestFile(At("etc/file")), "1");
  TakeOut();
  EXPECT_TRUE(fs::is_empty(At("")));
}

TEST_F(PlacedMountsTest, SecondPlaceOfASourceIsALink) {
  fs::create_directory(Host("cache"));
  MustPut({Bind("cache", "/b/c"), Bind("cache", "/same")}, {Host("cache")});
  EXPECT_EQ(fs::read_symlink(At("b/c")), "/same");
  WriteTestFile(At("same/f"), "1");
  TakeOut();
  EXPECT_EQ(ReadTestFile(Host("cache/f")), "1");
  EXPECT_TRUE(fs::is_empty(At("")));
}

TEST_F(PlacedMountsTest, MountInsideOfAMountLeavesNoStub) {
  fs::create_directory(Host("cache"));
  MustPut({Secret("/c/keys/token"), Bind("cache", "/c")}, {Host("cache")});
  EXPECT_EQ(ReadTestFile(At("c/keys/token")), "hunter2");
  TakeOut();
  EXPECT_TRUE(fs::is_empty(Host("cache")));
  EXPECT_TRUE(fs::is_empty(At("")));
}

TEST_F(PlacedMountsTest, WhatTheStepMadeBesideStays) {
  MustPut({Secret("/a/b/token")});
  WriteTestFile(At("a/own"), "x");
  TakeOut();
  EXPECT_TRUE(fs::exists(At("a/own")));
  EXPECT_FALSE(fs::exists(At("a/b")));
}

TEST_F(PlacedMountsTest, LinksInTargetsStayInside) {
  fs::create_directory_symlink(place_ / "outside", At("absolute"));
  fs::create_directory_symlink("../../../../../../.." + (place_ / "outside"), At("relative"));
  fs::create_symlink("/new/place", At("dangling"));
  MustPut({Secret("/absolute/token"), Secret("/relative/x"), Secret("/dangling")});
  EXPECT_EQ(ReadTestFile(At("new/place")), "hunter2");
  EXPECT_EQ(ReadTestFile(At((place_ / "outside").substr(1) + "/token")), "hunter2");
  TakeOut();
  EXPECT_FALSE(fs::exists(At("new")));
  EXPECT_FALSE(fs::exists(At("tmp")));
}

TEST_F(PlacedMountsTest, StepThatMovesADirectoryWithMountsKeepsNothing) {
  fs::create_directory(Host("cache"));
  MustPut({Bind("cache", "/deep/cache"), Secret("/deep/secrets/token")}, {Host("cache")});
  WriteTestFile(At("deep/cache/f"), "1");
  fs::rename(At("deep"), At("other"));
  fs::rename(At("other/secrets/token"), At("stolen"));
  TakeOut();
  EXPECT_EQ(ReadTestFile(Host("cache/f")), "1");
  EXPECT_FALSE(fs::exists(At("stolen")));
  EXPECT_FALSE(fs::exists(At("other/cache")));
  EXPECT_FALSE(fs::exists(At("other/secrets/token")));
}

TEST_F(PlacedMountsTest, OtherNameOfASecretIsEmpty) {
  MustPut({Secret("/token")});
  fs::create_hard_link(At("token"), At("copy"));
  fs::remove(At("token"));
  WriteTestFile(At("token"), "the step's own");
  TakeOut();
  EXPECT_FALSE(fs::exists(At("token")));
  EXPECT_EQ(ReadTestFile(At("copy")), "");
}

TEST_F(PlacedMountsTest, RemovedSurroundingsComeBackForWhatWasThere) {
  fs::create_directories(At("a/b"));
  WriteTestFile(At("a/b/f"), "of the image");
  MustPut({Secret("/a/b/f")});
  fs::remove_all(At("a"));
  TakeOut();
  EXPECT_EQ(ReadTestFile(At("a/b/f")), "of the image");
}

TEST_F(PlacedMountsTest, SurroundingsTurnedIntoALinkLeadNowhere) {
  fs::create_directories(At("a"));
  WriteTestFile(At("a/f"), "of the image");
  MustPut({Secret("/a/f")});
  fs::remove_all(At("a"));
  fs::create_directory_symlink(place_ / "outside", At("a"));
  // What was there cannot come back, which is an error; nothing is followed.
  EXPECT_FALSE(placed_->TakeOut().ok());
  fs::remove_all(place_ / "aside");
  fs::create_directory(place_ / "aside");
}

TEST_F(PlacedMountsTest, OneThatFailsLeavesNothingOfTheOthers) {
  WriteTestFile(At("file"), "of the image");
  const auto before = State();
  EXPECT_FALSE(Put({Secret("/token"), Secret("/file/below/token")}).ok());
  EXPECT_EQ(State(), before);
  EXPECT_FALSE(Put({Secret("/token"), Bind("missing", "/file")}).ok());
  EXPECT_EQ(State(), before);
}

TEST_F(PlacedMountsTest, RefusesTheRootAndWhatIsNeeded) {
  keep_.Add("/run/needed/file");
  for (const char* target : {"/", "/run", "/run/needed/file", "/run/needed/file/below"}) {
    const Status status = Put({Tmpfs(target)});
    ASSERT_FALSE(status.ok()) << target;
    EXPECT_THAT(status.error().message(), HasSubstr("`" + std::string(target) + "`"));
  }
  EXPECT_TRUE(fs::is_empty(At("")));
}

TEST_F(PlacedMountsTest, SocketAnswersUnderItsOtherName) {
  const ScopedFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = [](const std::string& path) {
    sockaddr_un result = {.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(result.sun_path, sizeof(result.sun_path) - 1);
    return result;
  };
  const sockaddr_un host = address(Host("agent"));
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&host), sizeof(host)), 0);
  ASSERT_EQ(listen(listener.get(), 1), 0);
  MustPut({Bind("agent", "/run/agent")});
  const ScopedFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un inside = address(At("run/agent"));
  EXPECT_EQ(connect(client.get(), reinterpret_cast<const sockaddr*>(&inside), sizeof(inside)), 0);
  TakeOut();
  EXPECT_TRUE(fs::exists(Host("agent")));
  EXPECT_TRUE(fs::is_empty(At("")));
}

}  // namespace
}  // namespace cooper
