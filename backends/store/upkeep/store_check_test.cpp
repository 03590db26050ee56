#include "backends/store/upkeep/store_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "backends/store/store.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store = Store::Open(path_);
    ASSERT_TRUE(store.ok());
    blob_ = *(*store)->PutBlob("a layer");
    TreeEntry entry;
    entry.path = "file";
    entry.size_bytes = 4;
    index_ = *(*store)->SaveIndex(LayerIndex({PlainDirectory("directory"), entry}));
    auto snapshot = (*store)->NewSnapshot(id_);
    fs::create_directory((*snapshot)->path() + "/directory");
    WriteTestFile((*snapshot)->path() + "/file", "text");
    ASSERT_TRUE((*snapshot)->Commit().ok());
    LayerRecord record;
    record.blob = Descriptor{.media_type = "application/vnd.oci.image.layer.v1.tar",
                             .digest = blob_,
                             .size_bytes = 7,
                             .annotations = {},
                             .platform = {}};
    record.index = index_;
    record.snapshot = true;
    ASSERT_TRUE((*store)->PutLayer(id_, record).ok());
    ASSERT_TRUE((*store)->PutResult(Digest::Of("key"), id_).ok());
  }

  StoreCheck Check(bool repair = false) {
    CheckStoreOptions options;
    options.repair = repair;
    const auto check = CheckStore(path_, options, {});
    EXPECT_TRUE(check.ok()) << check.error().message();
    return check.ok() ? *check : StoreCheck();
  }
  // Nothing is wrong any more.
  void ExpectRepaired() {
    const StoreCheck repaired = Check(/*repair=*/true);
    EXPECT_THAT(repaired.faults, IsEmpty());
    EXPECT_GT(repaired.repaired, 0u);
    const StoreCheck again = Check();
    EXPECT_THAT(again.faults, IsEmpty());
    EXPECT_THAT(again.leftovers, IsEmpty());
  }

  TestDirectory directory_;
  const std::string path_ = directory_ / "store";
  const Digest id_ = Digest::Of("layer");
  Digest blob_;
  Digest index_;
};

TEST_F(StoreCheckTest, SoundStoreHasNothingToRepair) {
  const StoreCheck check = Check();
  EXPECT_THAT(check.faults, IsEmpty());
  EXPECT_THAT(check.leftovers, IsEmpty());
  EXPECT_EQ(check.blobs, 2u);
  EXPECT_EQ(check.layers, 1u);
  EXPECT_EQ(check.snapshots, 1u);
  EXPECT_EQ(Check(/*repair=*/true).repaired, 0u);
  EXPECT_TRUE((*(*Store::Open(path_))->FindLayer(id_))->snapshot);
}

TEST_F(StoreCheckTest, SaysThatThereIsNoStore) {
  const auto check = CheckStore(directory_ / "none", {}, {});
  ASSERT_FALSE(check.ok());
  EXPECT_THAT(check.error().message(), HasSubstr("there is no store"));
  EXPECT_FALSE(fs::exists(directory_ / "none"));
}

TEST_F(StoreCheckTest, DamagedBlobGoesAndItsLayerIsKnownWithoutIt) {
  WriteTestFile(path_ + "/blobs/sha256/" + blob_.Hex(), "A layer");
  EXPECT_THAT(Check().faults, ElementsAre(HasSubstr("its bytes have the digest")));
  ExpectRepaired();
  const auto record = (*Store::Open(path_))->FindLayer(id_);
  ASSERT_TRUE(record->has_value());
  EXPECT_FALSE((*record)->blob);
  EXPECT_TRUE((*record)->snapshot);
}

TEST_F(StoreCheckTest, MissingPartsAreForgotten) {
  fs::remove(path_ + "/blobs/sha256/" + blob_.Hex());
  fs::remove_all(path_ + "/snapshots/" + id_.Hex());
  EXPECT_THAT(Check().faults, ElementsAre(HasSubstr("its blob"), HasSubstr("its snapshot")));
  ExpectRepaired();
  EXPECT_FALSE((*Store::Open(path_))->FindLayer(id_)->has_value());
  EXPECT_FALSE((*Store::Open(path_))->FindResult(Digest::Of("key"))->has_value());
}

TEST_F(StoreCheckTest, SnapshotWithOtherFilesThanItsLayerGoes) {
  const std::string root = path_ + "/snapshots/" + id_.Hex() + "/root";
  WriteTestFile(root + "/file", "tex");
  EXPECT_THAT(Check().faults, ElementsAre(HasSubstr("`file` has 3 bytes instead of 4")));
  WriteTestFile(root + "/file", "text");
  fs::remove(root + "/directory");
  WriteTestFile(root + "/directory", "");
  EXPECT_THAT(Check().faults, ElementsAre(HasSubstr("`directory` has another type")));
  ExpectRepaired();
  EXPECT_FALSE((*(*Store::Open(path_))->FindLayer(id_))->snapshot);
}

TEST_F(StoreCheckTest, WhatOthersMayReadIsClosed) {
  fs::permissions(path_ + "/blobs/sha256/" + blob_.Hex(), fs::perms(0644));
  fs::permissions(path_ + "/snapshots", fs::perms(0755));
  EXPECT_THAT(Check().faults, ElementsAre(HasSubstr("`snapshots` has mode 0755"),
                                          HasSubstr("has mode 0644: others may use it")));
  ExpectRepaired();
  EXPECT_EQ(fs::status(path_ + "/snapshots").permissions(), fs::perms(0700));
}

TEST_F(StoreCheckTest, LeftoversOfKilledBuildsAreNoFaults) {
  fs::create_directories(path_ + "/temporary/0123456789abcdef/snapshot-0/root");
  fs::create_directories(path_ + "/sandbox/trial-Ab12Cd");
  fs::permissions(path_ + "/temporary/0123456789abcdef", fs::perms(0700));
  fs::permissions(path_ + "/sandbox", fs::perms(0700));
  fs::create_directories(path_ + "/snapshots/" + Digest::Of("unrecorded").Hex() + "/root");
  fs::permissions(path_ + "/snapshots/" + Digest::Of("unrecorded").Hex(), fs::perms(0700));
  const StoreCheck check = Check();
  EXPECT_THAT(check.faults, IsEmpty());
  EXPECT_THAT(check.leftovers, ElementsAre(HasSubstr("temporary/0123456789abcdef"),
                                           HasSubstr("sandbox/trial-Ab12Cd"),
                                           HasSubstr("is of no layer that is recorded")));
  ExpectRepaired();
}

TEST_F(StoreCheckTest, SnapshotsOfEachFormAreLookedAt) {
  for (const SnapshotForm form : {SnapshotForm::kUser, SnapshotForm::kSingle}) {
    auto store = Store::Open(path_, form);
    auto snapshot = (*store)->NewSnapshot(id_);
    fs::create_directory((*snapshot)->path() + "/directory");
    WriteTestFile((*snapshot)->path() + "/file", "text");
    ASSERT_TRUE((*snapshot)->Commit().ok());
    ASSERT_TRUE((*(*store)->NewSnapshot(Digest::Of("unrecorded")))->Commit().ok());
  }
  const StoreCheck check = Check();
  EXPECT_THAT(check.faults, IsEmpty());
  EXPECT_EQ(check.snapshots, 3u);
  const std::string unrecorded = Digest::Of("unrecorded").Hex();
  EXPECT_THAT(check.leftovers, testing::UnorderedElementsAre(HasSubstr(unrecorded + ".user"),
                                                             HasSubstr(unrecorded + ".single")));
  const std::string single = path_ + "/snapshots/" + id_.Hex() + ".single";
  WriteTestFile(single + "/root/file", "tex");
  EXPECT_THAT(Check().faults, ElementsAre(HasSubstr(id_.Hex() + ".single`: `file` has 3 bytes")));
  ExpectRepaired();
  EXPECT_FALSE(fs::exists(single));
  // Other forms of it are there still.
  EXPECT_TRUE((*(*Store::Open(path_))->FindLayer(id_))->snapshot);
}

TEST_F(StoreCheckTest, DamagedRecordsAreMadeAnewWhileBlobsStay) {
  WriteTestFile(path_ + "/records.sqlite", std::string(5000, 'x'));
  fs::remove(path_ + "/records.sqlite-wal");
  EXPECT_THAT(Check().faults, ElementsAre(HasSubstr("are damaged")));
  ExpectRepaired();
  EXPECT_TRUE((*Store::Open(path_))->HasBlob(blob_));
}

TEST_F(StoreCheckTest, RunningBuildsAreNoFault) {
  auto store = Store::Open(path_);
  const auto writer = (*store)->NewBlob();
  ASSERT_TRUE((*writer)->Write("half").ok());
  const auto snapshot = (*store)->NewSnapshot(Digest::Of("new"));
  const StoreCheck check = Check();
  EXPECT_THAT(check.faults, IsEmpty());
  EXPECT_THAT(check.leftovers, IsEmpty());
}

TEST_F(StoreCheckTest, StopEndsIt) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(CheckStore(path_, {}, stop.get_token()).error().kind(), DiagnosticKind::kInterrupted);
}

}  // namespace
}  // namespace cooper
