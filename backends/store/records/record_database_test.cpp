#include "backends/store/records/record_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <latch>
#include <thread>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

using testing::HasSubstr;

Descriptor Blob(std::string_view text) {
  return {.media_type = "application/vnd.oci.image.layer.v1.tar+gzip",
          .digest = Digest::Of(text),
          .size_bytes = text.size(),
          .annotations = {{"a.b", "c\"d\n"}},
          .platform = {}};
}

class RecordDatabaseTest : public testing::Test {
 protected:
  std::unique_ptr<RecordDatabase> Open() {
    auto database = RecordDatabase::Open(path_);
    EXPECT_TRUE(database.ok()) << database.error().message();
    return std::move(*database);
  }
  LayerRecord Find(RecordDatabase& database) {
    const auto found = database.Find(id_);
    EXPECT_TRUE(found.ok() && found->has_value());
    return **found;
  }

  TestDirectory directory_;
  const std::string path_ = directory_ / "records.sqlite";
  const Digest id_ = Digest::Of("layer");
};

TEST_F(RecordDatabaseTest, RemembersTheNewestResultOfAKey) {
  const Digest key = Digest::Of("key");
  EXPECT_FALSE(Open()->FindResult(key)->has_value());
  ASSERT_TRUE(Open()->PutResult(key, Digest::Of("old")).ok());
  ASSERT_TRUE(Open()->PutResult(key, id_).ok());
  EXPECT_EQ(*Open()->FindResult(key), id_);
}

TEST_F(RecordDatabaseTest, RemembersTheLastDownloadOfAUrl) {
  const Digest url = Digest::Of("https://h/a");
  EXPECT_FALSE(Open()->FindDownload(url)->has_value());
  ASSERT_TRUE(Open()->PutDownload(url, {Digest::Of("old"), "\"1\"", 0}).ok());
  const DownloadRecord record{Digest::Of("new"), "\"2\"", 1577836800};
  ASSERT_TRUE(Open()->PutDownload(url, record).ok());
  EXPECT_EQ(*Open()->FindDownload(url), record);
}

TEST_F(RecordDatabaseTest, RemembersAcrossOpenings) {
  LayerRecord record;
  record.diff_id = Digest::Of("tar");
  record.blob = Blob("gzip");
  record.index = Digest::Of("index");
  record.snapshot = true;
  ASSERT_TRUE(Open()->Put(id_, record).ok());
  const auto again = Open();
  const LayerRecord found = Find(*again);
  EXPECT_EQ(found.diff_id, record.diff_id);
  EXPECT_EQ(found.blob, record.blob);
  EXPECT_EQ(found.index, record.index);
  EXPECT_TRUE(found.snapshot);
  EXPECT_FALSE(again->Find(Digest::Of("other"))->has_value());
  EXPECT_FALSE(RecordDatabase::IsDamaged(path_));
  ASSERT_EQ(again->All()->size(), 1u);
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(RecordDatabaseTest, AddsAndTakesNothingAway) {
  const auto database = Open();
  LayerRecord snapshot;
  snapshot.snapshot = true;
  LayerRecord blob;
  blob.diff_id = Digest::Of("tar");
  blob.blob = Blob("gzip");
  LayerRecord index;
  index.index = Digest::Of("index");
  for (const LayerRecord& record : {snapshot, blob, index, LayerRecord{}}) {
    ASSERT_TRUE(database->Put(id_, record).ok());
  }
  const LayerRecord found = Find(*database);
  EXPECT_TRUE(found.snapshot);
  EXPECT_EQ(found.diff_id, blob.diff_id);
  EXPECT_EQ(found.blob, blob.blob);
  EXPECT_EQ(found.index, index.index);
}

TEST_F(RecordDatabaseTest, AnotherDiffIdDropsTheOldOnesBlobAndIndex) {
  const auto database = Open();
  LayerRecord old;
  old.diff_id = Digest::Of("tar");
  old.blob = Blob("gzip");
  old.index = Digest::Of("index");
  ASSERT_TRUE(database->Put(id_, old).ok());
  LayerRecord newer;
  newer.diff_id = Digest::Of("other tar");
  ASSERT_TRUE(database->Put(id_, newer).ok());
  const LayerRecord found = Find(*database);
  EXPECT_EQ(found.diff_id, newer.diff_id);
  EXPECT_FALSE(found.blob);
  EXPECT_FALSE(found.index);
}

TEST_F(RecordDatabaseTest, KeepsTheTimeOfALayerUntilItIsAnotherLayer) {
  const auto database = Open();
  LayerRecord made;
  made.diff_id = Digest::Of("tar");
  made.created = FileTime{.seconds = 1'700'000'000, .nanoseconds = 999'999'999};
  ASSERT_TRUE(database->Put(id_, made).ok());
  LayerRecord later = made;
  later.created = FileTime{.seconds = 1'800'000'000, .nanoseconds = 0};
  for (const LayerRecord& record : {LayerRecord{}, later}) {
    ASSERT_TRUE(database->Put(id_, record).ok());
    EXPECT_EQ(Find(*database).created, made.created);
  }
  later.diff_id = Digest::Of("other tar");
  ASSERT_TRUE(database->Put(id_, later).ok());
  EXPECT_EQ(Find(*database).created, later.created);
}

TEST_F(RecordDatabaseTest, GivesLayersOfTheFirstFormatATime) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database,
                         "CREATE TABLE layers (id BLOB PRIMARY KEY NOT NULL, diff_id BLOB,"
                         " blob_digest BLOB, blob_size INTEGER, blob_media_type TEXT,"
                         " blob_annotations TEXT, index_digest BLOB, snapshot INTEGER NOT NULL)"
                         " WITHOUT ROWID;"
                         "PRAGMA application_id = 0x636f6f70; PRAGMA user_version = 1;",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  const std::string insert = "INSERT INTO layers (id, snapshot) VALUES (x'" + id_.Hex() + "', 1)";
  EXPECT_EQ(sqlite3_exec(database, insert.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  const std::optional<FileTime> created = Find(*Open()).created;
  ASSERT_TRUE(created);
  EXPECT_GT(created->seconds, 1'600'000'000);
  EXPECT_EQ(Find(*Open()).created, created);
  EXPECT_TRUE(Find(*Open()).snapshot);
}

TEST_F(RecordDatabaseTest, TwoConnectionsSeeOneAnother) {
  const auto first = Open();
  const auto second = Open();
  LayerRecord record;
  record.snapshot = true;
  ASSERT_TRUE(first->Put(id_, record).ok());
  EXPECT_TRUE(Find(*second).snapshot);
}

TEST_F(RecordDatabaseTest, RefusesAFileThatIsNoDatabase) {
  WriteTestFile(path_, std::string(8192, 'x'));
  const auto database = RecordDatabase::Open(path_);
  ASSERT_FALSE(database.ok());
  EXPECT_EQ(database.error().kind(), DiagnosticKind::kStore);
  EXPECT_THAT(database.error().message(), HasSubstr("is damaged or no database; remove it"));
}

TEST_F(RecordDatabaseTest, RefusesNewerAndForeignDatabases) {
  Open();
  const auto run = [&](const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  };
  run("PRAGMA user_version = 3");
  const auto newer = RecordDatabase::Open(path_);
  ASSERT_FALSE(newer.ok());
  EXPECT_THAT(newer.error().message(), HasSubstr("written by a newer version of cooper"));
  run("PRAGMA application_id = 7");
  const auto foreign = RecordDatabase::Open(path_);
  ASSERT_FALSE(foreign.ok());
  EXPECT_THAT(foreign.error().message(), HasSubstr("another program"));
}

TEST_F(RecordDatabaseTest, EmptyFileOfACrashIsFilled) {
  WriteTestFile(path_, "");
  EXPECT_TRUE(Open()->All()->empty());
}

TEST_F(RecordDatabaseTest, SeveralMayOpenANewOneAtOnce) {
  constexpr int kRounds = 20;
  constexpr int kOpeners = 4;
  for (int round = 0; round < kRounds; ++round) {
    const std::string path = path_ + std::to_string(round);
    std::latch start(kOpeners);
    std::vector<std::jthread> openers;
    for (int i = 0; i < kOpeners; ++i) {
      openers.emplace_back([&] {
        start.arrive_and_wait();
        const auto database = RecordDatabase::Open(path);
        EXPECT_TRUE(database.ok()) << database.error().message();
      });
    }
  }
}

}  // namespace
}  // namespace cooper
