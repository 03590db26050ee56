#include "backends/execute/mounts/run_mounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "backends/registry/registry_client.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class CollectedLog : public LogSink {
 public:
  void Write(int, std::string_view bytes) override { text += bytes; }
  std::string text;
};

// An exec over scratch, with the context `context` as its second input.
class RunMountsTest : public testing::Test {
 protected:
  RunMountsTest() {
    std::filesystem::create_directory(directory_ / "context");
    WriteTestFile(directory_ / "context/file", "seed");
  }

  static Mount MountOf(MountType type, const std::string& id, const std::string& target) {
    Mount mount;
    mount.type = type;
    mount.id = id;
    mount.target = target;
    if (type != MountType::kCache) return mount;
    // So that the test needs no right to make files of others.
    mount.uid = geteuid();
    mount.gid = getegid();
    return mount;
  }

  Result<RunMounts> Prepare(const std::vector<Mount>& mounts, std::vector<std::string> env = {}) {
    ExecOp exec;
    exec.args = {"make"};
    exec.env = std::move(env);
    exec.mounts = mounts;
    plan_ = {};
    plan_.graph.Add({"from", SourceScratchOp{}, {}, {}});
    plan_.graph.Add({"context", SourceContextOp{"context", {}, {}}, {}, {}});
    plan_.graph.Add({"run", std::move(exec), {{0, 0}, {1, 0}}, {}});
    ContextSource contexts({{"context", directory_ / "context"}});
    LayerCatalog catalog(plan_, *store_, images_, contexts, {}, SnapshotForm::kUser, Unpacker());
    return PrepareRunMounts(catalog, plan_.graph.vertex(2), grants_, CacheUse::kMounted, log_, {});
  }
  // Where the one cache mount of a step leads.
  std::string PathOf(const Mount& cache) {
    const Result<RunMounts> mounts = Prepare({cache});
    return mounts.ok() ? mounts->mounts.at(0).source : mounts.error().message();
  }

  TestDirectory directory_;
  std::unique_ptr<Store> store_ = *Store::Open(directory_ / "store");
  RegistryClient registry_{RegistryOptions(), *Credentials::Load({})};
  ImageSource images_{registry_, *store_};
  BuildPlan plan_;
  RunGrants grants_;
  CollectedLog log_;
};

TEST_F(RunMountsTest, SecretIsAFileThatOnlyRootMayRead) {
  grants_.secrets["token"] = "value";
  const auto mounts = Prepare({MountOf(MountType::kSecret, "token", "/run/secrets/token")});
  ASSERT_TRUE(mounts.ok()) << mounts.error().message();
  const SandboxMount& file = mounts->mounts.at(0);
  EXPECT_EQ(file.kind, SandboxMount::Kind::kFile);
  EXPECT_EQ(file.content, "value");
  EXPECT_EQ(file.mode, 0400u);
  EXPECT_TRUE(file.read_only);
  EXPECT_THAT(mounts->variables, IsEmpty());
}

TEST_F(RunMountsTest, SecretWithAVariableAloneIsNoFile) {
  grants_.secrets["token"] = "value";
  Mount secret = MountOf(MountType::kSecret, "token", "");
  secret.env = "TOKEN";
  const auto mounts = Prepare({secret});
  ASSERT_TRUE(mounts.ok());
  EXPECT_THAT(mounts->mounts, IsEmpty());
  EXPECT_THAT(mounts->variables, ElementsAre(Pair("TOKEN", "value")));
}

TEST_F(RunMountsTest, SecretThatIsTooLongForAVariableIsRefused) {
  grants_.secrets["token"] = std::string((128 << 10) - 2 - 5, 'x');
  Mount secret = MountOf(MountType::kSecret, "token", "");
  secret.env = "TOKEN";
  EXPECT_TRUE(Prepare({secret}).ok());
  grants_.secrets["token"] += 'x';
  const auto mounts = Prepare({secret});
  ASSERT_FALSE(mounts.ok());
  EXPECT_THAT(mounts.error().message(), HasSubstr("mount it as a file"));
}

TEST_F(RunMountsTest, SecretThatNoVariableCanHoldIsNotShown) {
  grants_.secrets["token"] = std::string("hunter2\0", 8);
  Mount secret = MountOf(MountType::kSecret, "token", "");
  secret.env = "TOKEN";
  const auto mounts = Prepare({secret});
  ASSERT_FALSE(mounts.ok());
  EXPECT_THAT(mounts.error().message(), HasSubstr("`token` has a NUL byte"));
  EXPECT_THAT(mounts.error().message(), testing::Not(HasSubstr("hunter2")));
}

TEST_F(RunMountsTest, WhatIsNotGivenIsLeftOutUnlessRequired) {
  Mount secret = MountOf(MountType::kSecret, "token", "/t");
  secret.env = "TOKEN";
  Mount agent = MountOf(MountType::kSsh, "default", "/agent");
  const auto mounts = Prepare({secret, agent});
  ASSERT_TRUE(mounts.ok());
  EXPECT_THAT(mounts->mounts, IsEmpty());
  EXPECT_THAT(mounts->variables, ElementsAre(Pair("TOKEN", "")));
  secret.required = true;
  EXPECT_FALSE(Prepare({secret}).ok());
  agent.required = true;
  EXPECT_FALSE(Prepare({agent}).ok());
}

TEST_F(RunMountsTest, CachesDifferByIdAndOwnerAndSeedAlone) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, who owns what a context has";
  const Mount cache = MountOf(MountType::kCache, "a", "/c");
  const std::string path = PathOf(cache);
  EXPECT_THAT(path, HasSubstr("/caches/"));
  Mount elsewhere = cache;
  elsewhere.target = "/d";
  elsewhere.read_only = true;
  elsewhere.sharing = CacheSharing::kLocked;
  EXPECT_EQ(PathOf(elsewhere), path);
  Mount other = cache;
  other.id = "b";
  EXPECT_NE(PathOf(other), path);
  other = cache;
  other.mode = 0700;
  EXPECT_NE(PathOf(other), path);
  other = cache;
  other.input = 1;
  other.source = "/";
  const std::string seeded = PathOf(other);
  EXPECT_NE(seeded, path);
  EXPECT_EQ(ReadTestFile(seeded + "/file"), "seed");
  EXPECT_EQ(PathOf(other), seeded);
  // Other content begins anew.
  WriteTestFile(directory_ / "context/file", "another seed");
  EXPECT_EQ(ReadTestFile(PathOf(other) + "/file"), "another seed");
}

TEST_F(RunMountsTest, NewCacheHasItsMode) {
  Mount cache = MountOf(MountType::kCache, "a", "/c");
  struct stat status{};
  ASSERT_EQ(stat(PathOf(cache).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0755u);
  cache.mode = 01711;
  ASSERT_EQ(stat(PathOf(cache).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 01711u);
}

TEST_F(RunMountsTest, StepDoesNotWaitForItself) {
  Mount first = MountOf(MountType::kCache, "a", "/c");
  Mount second = MountOf(MountType::kCache, "a", "/d");
  first.sharing = second.sharing = CacheSharing::kLocked;
  const auto mounts = Prepare({first, MountOf(MountType::kTmpfs, "", "/t"), second});
  ASSERT_TRUE(mounts.ok()) << mounts.error().message();
  EXPECT_EQ(mounts->mounts.at(0).target, "/c");
  EXPECT_EQ(mounts->mounts.at(2).target, "/d");
  EXPECT_EQ(mounts->mounts.at(0).source, mounts->mounts.at(2).source);
  EXPECT_EQ(log_.text, "");
}

TEST_F(RunMountsTest, BindIsACopy) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, who owns what a context has";
  Mount bind = MountOf(MountType::kBind, "", "/src");
  bind.input = 1;
  bind.source = "/file";
  auto mounts = Prepare({bind});
  ASSERT_TRUE(mounts.ok()) << mounts.error().message();
  const std::string copy = mounts->mounts.at(0).source;
  EXPECT_EQ(ReadTestFile(copy), "seed");
  WriteTestFile(copy, "changed");
  EXPECT_EQ(ReadTestFile(directory_ / "context/file"), "seed");
  *mounts = {};
  EXPECT_FALSE(std::filesystem::exists(copy));
}

}  // namespace
}  // namespace cooper
