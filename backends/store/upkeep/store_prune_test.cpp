#include "backends/store/upkeep/store_prune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "backends/store/testing/store_faults.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

constexpr int64_t kDay = int64_t{86400} * 1'000'000'000;

class StorePruneTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open() {
    auto store = Store::Open(path_);
    EXPECT_TRUE(store.ok()) << store.error().message();
    return std::move(*store);
  }

  // A layer with a snapshot of one file, a blob and an index, made under the key of its name.
  Digest MakeLayer(Store& store, const std::string& name, const std::string& key) {
    const Digest id = Digest::Of(name);
    const auto blob = store.PutBlob(name + std::string(8000, 'b'));
    TreeEntry entry;
    entry.path = "file";
    entry.size_bytes = name.size();
    const auto index = store.SaveIndex(LayerIndex({entry}));
    auto snapshot = store.NewSnapshot(id);
    WriteTestFile((*snapshot)->path() + "/file", name);
    EXPECT_TRUE((*snapshot)->Commit().ok());
    LayerRecord record;
    record.diff_id = *blob;
    record.blob = Descriptor{.media_type = "application/vnd.oci.image.layer.v1.tar",
                             .digest = *blob,
                             .size_bytes = name.size() + 8000,
                             .annotations = {},
                             .platform = {}};
    record.index = *index;
    record.snapshot = true;
    record.created = FileTime{.seconds = 1, .nanoseconds = 0};
    EXPECT_TRUE(store.PutLayer(id, record).ok());
    EXPECT_TRUE(store.PutResult(Digest::Of(key), id).ok());
    return id;
  }

  // Notes a use in the past.
  void Age(const std::vector<Digest>& items, int64_t by_ns) {
    auto records = RecordDatabase::Open(path_ + "/records.sqlite");
    ASSERT_TRUE((*records)->NoteUses(items, NowNanoseconds() - by_ns).ok());
  }
  std::vector<Digest> Parts(const Digest& id) {
    auto records = RecordDatabase::Open(path_ + "/records.sqlite");
    const auto record = (*records)->Find(id);
    return {id, (*record)->blob->digest, *(*record)->index};
  }

  PruneOutcome Prune(const PrunePolicy& policy) {
    const auto outcome = PruneStore(path_, policy, {});
    EXPECT_TRUE(outcome.ok()) << outcome.error().message();
    EXPECT_THAT(StoreFaults(path_), IsEmpty());
    return *outcome;
  }
  bool Has(const Digest& id) {
    const auto record = Open()->FindLayer(id);
    return record->has_value() && (*record)->snapshot && (*record)->blob && (*record)->index;
  }

  TestDirectory directory_;
  const std::string path_ = directory_ / "store";
};

TEST_F(StorePruneTest, AloneTakesWhatWasReplaced) {
  const Digest base = Digest::Of("base");
  Digest older;
  Digest newer;
  {
    const auto store = Open();
    older = MakeLayer(*store, "older", "key");
    newer = MakeLayer(*store, "newer", "key");
    // A layer of a base image: no build made it.
    ASSERT_TRUE((*store->NewSnapshot(base))->Commit().ok());
    ASSERT_TRUE(
        store
            ->PutLayer(base,
                       {.diff_id = {}, .blob = {}, .index = {}, .snapshot = true, .created = {}})
            .ok());
  }
  PrunePolicy policy;
  policy.only_replaced = true;
  policy.dry_run = true;
  EXPECT_EQ(Prune(policy).removed.size(), 2u);
  EXPECT_TRUE(Has(older));
  policy.dry_run = false;
  Prune(policy);
  EXPECT_TRUE(Has(newer));
  EXPECT_FALSE(Open()->FindLayer(older)->has_value());
  EXPECT_TRUE((*Open()->FindLayer(base))->snapshot);
}

TEST_F(StorePruneTest, TakesSnapshotsOfEachForm) {
  const Digest id = MakeLayer(*Open(), "layer", "key");
  for (const SnapshotForm form : {SnapshotForm::kUser, SnapshotForm::kSingle}) {
    ASSERT_TRUE((*(*Store::Open(path_, form))->NewSnapshot(id))->Commit().ok());
    WriteTestFile(
        path_ + "/snapshots/" + SnapshotName{.layer_id = id, .form = form}.Text() + "/root/file",
        "layer");
  }
  PrunePolicy policy;
  EXPECT_EQ(Prune(policy).removed.size(), 5u);
  EXPECT_TRUE(fs::is_empty(path_ + "/snapshots"));
  EXPECT_FALSE(Open()->FindLayer(id)->has_value());
}

TEST_F(StorePruneTest, TakesWhatWasNotUsedForAWhile) {
  Digest old_layer;
  Digest fresh;
  {
    const auto store = Open();
    old_layer = MakeLayer(*store, "old", "a");
    fresh = MakeLayer(*store, "fresh", "b");
  }
  Age(Parts(old_layer), 8 * kDay);
  PrunePolicy policy;
  policy.keep_duration_ns = 7 * kDay;
  // Its index goes with it.
  EXPECT_EQ(Prune(policy).removed.size(), 3u);
  EXPECT_TRUE(Has(fresh));
  EXPECT_FALSE(Open()->FindLayer(old_layer)->has_value());
  EXPECT_FALSE(Open()->FindResult(Digest::Of("a"))->has_value());
}

TEST_F(StorePruneTest, AUseMakesItYoung) {
  Digest id;
  {
    const auto store = Open();
    id = MakeLayer(*store, "layer", "a");
  }
  Age(Parts(id), 8 * kDay);
  ASSERT_TRUE(Open()->FindLayer(id)->has_value());
  PrunePolicy policy;
  policy.keep_duration_ns = 7 * kDay;
  EXPECT_THAT(Prune(policy).removed, IsEmpty());
}

TEST_F(StorePruneTest, SizeTakesTheLongestUnusedAndNoMore) {
  std::vector<Digest> ids;
  {
    const auto store = Open();
    for (const char* name : {"one", "two", "three"}) ids.push_back(MakeLayer(*store, name, name));
  }
  for (size_t i = 0; i < ids.size(); ++i) Age(Parts(ids[i]), static_cast<int64_t>(3 - i) * kDay);
  PrunePolicy policy;
  policy.max_bytes = uint64_t{1} << 40;
  EXPECT_THAT(Prune(policy).removed, IsEmpty());
  auto parts = StoreDirectory::OpenToRead(path_);
  auto records = RecordDatabase::Open(path_ + "/records.sqlite");
  policy.max_bytes = TakeInventory(*parts, records->get(), NowNanoseconds())->items_bytes() - 1;
  records->reset();
  EXPECT_EQ(Prune(policy).removed.size(), 1u);
  EXPECT_TRUE(Has(ids[1]) && Has(ids[2]));
  EXPECT_FALSE(Has(ids[0]));
  policy.max_bytes = 0;
  EXPECT_TRUE(Prune(policy).target_met);
  EXPECT_TRUE(fs::is_empty(path_ + "/blobs/sha256"));
  EXPECT_TRUE(fs::is_empty(path_ + "/snapshots"));
}

TEST_F(StorePruneTest, WhatARunningBuildUsesStays) {
  Digest used;
  Digest unused;
  {
    const auto store = Open();
    used = MakeLayer(*store, "used", "a");
    unused = MakeLayer(*store, "unused", "b");
  }
  const auto build = Open();
  ASSERT_TRUE(build->FindLayer(used)->has_value());
  const auto orphan = build->PutBlob("written, not recorded yet");
  const PruneOutcome outcome = Prune({});
  EXPECT_GT(outcome.in_use, 0u);
  EXPECT_TRUE(Has(used));
  EXPECT_FALSE(Has(unused));
  EXPECT_TRUE(build->HasBlob(*orphan));
}

TEST_F(StorePruneTest, CacheGoesUnlessAStepHasIt) {
  CacheRequest request;
  request.key = Digest::Of("cache");
  request.name = "apt";
  request.fill = [](int directory_fd) -> Status {
    mkdirat(directory_fd, kCacheContent, 0755);
    return Ok();
  };
  const auto store = Open();
  {
    const auto lease = store->LeaseCache(request, {});
    ASSERT_TRUE(lease.ok());
    WriteTestFile(lease->path() + "/package", "x");
    EXPECT_EQ(Prune({}).in_use, 1u);
    EXPECT_TRUE(fs::exists(lease->path() + "/package"));
  }
  const PruneOutcome outcome = Prune({});
  ASSERT_EQ(outcome.removed.size(), 1u);
  EXPECT_EQ(outcome.removed[0].cache_id, "apt");
  EXPECT_TRUE(fs::is_empty(path_ + "/caches"));
  // A build that is running makes it anew.
  const auto again = store->LeaseCache(request, {});
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(fs::exists(again->path() + "/package"));
}

TEST_F(StorePruneTest, AUseInTheFutureCountsAsOfNow) {
  Digest id;
  {
    const auto store = Open();
    id = MakeLayer(*store, "layer", "a");
  }
  Age(Parts(id), -3650 * kDay);
  PrunePolicy policy;
  policy.keep_duration_ns = 7 * kDay;
  EXPECT_THAT(Prune(policy).removed, IsEmpty());
  auto records = RecordDatabase::Open(path_ + "/records.sqlite");
  EXPECT_LE((*records)->Uses()->at(id), NowNanoseconds());
}

// A layer that was found has all its parts until the store is closed, whoever prunes.
TEST_F(StorePruneTest, BuildsAndPrunesAtOnceLoseNothingThatIsUsed) {
  std::atomic<bool> done = false;
  std::jthread pruner([&] {
    while (!done) EXPECT_TRUE(PruneStore(path_, {}, {}).ok());
  });
  for (int round = 0; round < 20; ++round) {
    const auto store = Open();
    std::vector<Digest> ids;
    for (int i = 0; i < 5; ++i) {
      ids.push_back(MakeLayer(*store, std::to_string(i % 3), std::to_string(i % 3)));
    }
    for (const Digest& id : ids) {
      const auto record = store->FindLayer(id);
      ASSERT_TRUE(record.ok() && record->has_value());
      EXPECT_TRUE((*record)->snapshot && (*record)->blob && (*record)->index);
      EXPECT_TRUE(fs::exists(store->SnapshotPath(id) + "/file"));
      EXPECT_TRUE(store->LoadIndex(*(*record)->index).ok());
    }
  }
  done = true;
  pruner.join();
  EXPECT_THAT(StoreFaults(path_), IsEmpty());
}

}  // namespace
}  // namespace cooper
