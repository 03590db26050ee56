#include "backends/store/read_only_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ReadOnlyStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open() {
    auto store = Store::OpenToRead(path_);
    EXPECT_TRUE(store.ok()) << store.error().message();
    return std::move(*store);
  }
  // Of a build: a blob, and a layer that is the result of `key_`.
  void Fill(Store& store) {
    const auto digest = store.PutBlob("hello");
    ASSERT_TRUE(digest.ok());
    LayerRecord record;
    record.index = *digest;
    ASSERT_TRUE(store.PutLayer(layer_, record).ok());
    ASSERT_TRUE(store.PutResult(key_, layer_).ok());
    ASSERT_TRUE(store.PutDownload(key_, {*digest, "\"1\"", 7}).ok());
    ASSERT_TRUE(store.PutDownload(layer_, {Digest::Of("lost"), "\"1\"", 7}).ok());
  }
  void ExpectFilled(Store& store) {
    EXPECT_EQ(*store.ReadBlob(Digest::Of("hello"), 100), "hello");
    EXPECT_EQ(*store.FindResult(key_), layer_);
    EXPECT_EQ(*store.FindDownload(key_), (DownloadRecord{Digest::Of("hello"), "\"1\"", 7}));
    EXPECT_EQ(*store.FindDownload(layer_), std::nullopt) << "its blob is not there";
    const auto record = store.FindLayer(layer_);
    ASSERT_TRUE(record.ok() && *record);
    EXPECT_EQ((*record)->index, Digest::Of("hello"));
  }
  // Every path with what a change of it would change.
  std::map<std::string, std::pair<uint64_t, int64_t>> Everything() const {
    std::map<std::string, std::pair<uint64_t, int64_t>> found;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path())) {
      struct stat status{};
      EXPECT_EQ(lstat(entry.path().c_str(), &status), 0);
      found[entry.path()] = {status.st_size,
                             status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec};
    }
    return found;
  }

  const TestDirectory directory_;
  // With letters that mean something in a URI.
  const std::string path_ = directory_ / "st?re %41#";
  const Digest layer_ = Digest::Of("layer");
  const Digest key_ = Digest::Of("key");
};

TEST_F(ReadOnlyStoreTest, MissingStoreIsEmptyAndStaysMissing) {
  const auto store = Open();
  EXPECT_FALSE(store->HasBlob(layer_));
  EXPECT_EQ(*store->FindResult(key_), std::nullopt);
  EXPECT_FALSE(*store->FindLayer(layer_));
  EXPECT_EQ(*store->FindDownload(key_), std::nullopt);
  EXPECT_EQ(CountEntries(directory_.path()), 0u);
}

TEST_F(ReadOnlyStoreTest, ReadsWhatABuildLeftAndChangesNothing) {
  Fill(**Store::Open(path_));
  const auto before = Everything();
  {
    const auto store = Open();
    ExpectFilled(*store);
    EXPECT_EQ(Everything(), before);
  }
  EXPECT_EQ(Everything(), before);
}

TEST_F(ReadOnlyStoreTest, ReadsWhatABuildHasRecordedSoFar) {
  const auto building = Store::Open(path_);
  Fill(**building);
  ExpectFilled(*Open());
}

TEST_F(ReadOnlyStoreTest, KeepsNewBlobsInMemory) {
  fs::create_directory(path_);
  const auto store = Open();
  const auto digest = store->PutBlob("new");
  ASSERT_TRUE(digest.ok());
  EXPECT_TRUE(store->HasBlob(*digest));
  EXPECT_EQ(*store->BlobSize(*digest), 3u);
  EXPECT_EQ(*store->ReadBlob(*digest, 3), "new");
  EXPECT_EQ(store->ReadBlob(*digest, 2).error().kind(), DiagnosticKind::kLimitExceeded);
  const auto writer = store->NewBlob();
  ASSERT_TRUE((*writer)->Write("other").ok());
  EXPECT_EQ((*writer)->Commit(*digest).error().kind(), DiagnosticKind::kImageInvalid);
  EXPECT_EQ(CountEntries(path_), 0u);
}

TEST_F(ReadOnlyStoreTest, RefusesSnapshotsAndRecords) {
  const auto store = Open();
  EXPECT_EQ(store->NewSnapshot(layer_).error().kind(), DiagnosticKind::kInternal);
  EXPECT_EQ(store->PutLayer(layer_, {}).error().kind(), DiagnosticKind::kInternal);
  EXPECT_EQ(store->PutResult(key_, layer_).error().kind(), DiagnosticKind::kInternal);
  EXPECT_EQ(store->PutDownload(key_, {}).error().kind(), DiagnosticKind::kInternal);
}

TEST_F(ReadOnlyStoreTest, RefusesWhatIsNoDirectoryOrDatabase) {
  WriteTestFile(path_, "x");
  EXPECT_THAT(Store::OpenToRead(path_).error().message(), HasSubstr("is not a directory"));
  fs::remove(path_);
  fs::create_directory(path_);
  WriteTestFile(path_ + "/records.sqlite", std::string(4096, 'x'));
  EXPECT_THAT(Store::OpenToRead(path_).error().message(), HasSubstr("damaged or no database"));
}

}  // namespace
}  // namespace cooper
