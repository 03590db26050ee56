#include "backends/store/blob_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

using testing::HasSubstr;

class BlobFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store = StoreDirectory::Open(directory_ / "store");
    ASSERT_TRUE(store.ok());
    store_ = std::move(*store);
    auto session =
        TemporarySession::Start(store_.temporary.get(), store_.gate.get(), store_.TemporaryPath());
    ASSERT_TRUE(session.ok());
    session_ = std::move(*session);
    blobs_ = std::make_unique<BlobFiles>(store_, session_.get());
  }

  Result<Digest> Write(std::string_view bytes, std::optional<Digest> expected = {}) {
    COOPER_ASSIGN_OR_RETURN(const auto writer, blobs_->New());
    COOPER_RETURN_IF_ERROR(writer->Write(bytes));
    return writer->Commit(expected);
  }

  TestDirectory directory_;
  StoreDirectory store_;
  std::unique_ptr<TemporarySession> session_;
  std::unique_ptr<BlobFiles> blobs_;
};

TEST_F(BlobFilesTest, CommittedBlobReadsBack) {
  const auto digest = Write("hello");
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(digest->Hex(), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(blobs_->Size(*digest), 5u);
  EXPECT_EQ(*blobs_->Read(*digest, 5), "hello");
  EXPECT_EQ(CountEntries(session_->path()), 0u);
  struct stat status{};
  ASSERT_EQ(stat(blobs_->Path(*digest).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0077, 0u);
}

TEST_F(BlobFilesTest, PiecesOfAllSizesKeepTheirOrder) {
  std::string all;
  const auto writer = blobs_->New();
  ASSERT_TRUE(writer.ok());
  for (const size_t size : {1u, 1000u, 300'000u, 7u, 262'144u, 262'143u, 1u}) {
    const std::string piece(size, static_cast<char>('a' + all.size() % 26));
    all += piece;
    ASSERT_TRUE((*writer)->Write(piece).ok());
  }
  EXPECT_EQ((*writer)->size_bytes(), all.size());
  const auto digest = (*writer)->Commit(Digest::Of(all));
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(*blobs_->Read(*digest, all.size()), all);
}

TEST_F(BlobFilesTest, DroppedWriterLeavesNothing) {
  {
    const auto writer = blobs_->New();
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Write(std::string(1 << 20, 'x')).ok());
    EXPECT_EQ(CountEntries(session_->path()), 1u);
  }
  EXPECT_EQ(CountEntries(session_->path()), 0u);
  EXPECT_TRUE(blobs_->List()->empty());
}

TEST_F(BlobFilesTest, MismatchNamesBothDigestsAndLeavesNothing) {
  const auto digest = Write("hello", Digest::Of("world"));
  ASSERT_FALSE(digest.ok());
  EXPECT_EQ(digest.error().kind(), DiagnosticKind::kImageInvalid);
  EXPECT_THAT(digest.error().message(), HasSubstr(Digest::Of("hello").ToString()));
  EXPECT_THAT(digest.error().message(), HasSubstr(Digest::Of("world").ToString()));
  EXPECT_FALSE(blobs_->Size(Digest::Of("hello")));
  EXPECT_EQ(CountEntries(session_->path()), 0u);
}

TEST_F(BlobFilesTest, ExistingBlobStays) {
  const auto digest = Write("hello");
  ASSERT_TRUE(digest.ok());
  struct stat before{};
  struct stat after{};
  ASSERT_EQ(stat(blobs_->Path(*digest).c_str(), &before), 0);
  ASSERT_TRUE(Write("hello").ok());
  ASSERT_EQ(stat(blobs_->Path(*digest).c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(CountEntries(session_->path()), 0u);
}

TEST_F(BlobFilesTest, TruncatedBlobIsReplaced) {
  const auto digest = Write("hello");
  ASSERT_TRUE(digest.ok());
  ASSERT_EQ(truncate(blobs_->Path(*digest).c_str(), 2), 0);
  ASSERT_TRUE(Write("hello").ok());
  EXPECT_EQ(*blobs_->Read(*digest, 5), "hello");
}

TEST_F(BlobFilesTest, ReadRefusesDamageSizeAndAbsence) {
  const auto digest = Write("hello");
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(blobs_->Read(*digest, 4).error().kind(), DiagnosticKind::kLimitExceeded);
  WriteTestFile(blobs_->Path(*digest), "hellO");
  const auto damaged = blobs_->Read(*digest, 5);
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().kind(), DiagnosticKind::kStore);
  EXPECT_THAT(damaged.error().message(), HasSubstr("is damaged"));
  const auto missing = blobs_->Open(Digest::Of("other"));
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message(), HasSubstr("has no blob `sha256:"));
}

TEST_F(BlobFilesTest, FifoInThePlaceOfABlobDoesNotHang) {
  ASSERT_EQ(mkfifo(blobs_->Path(Digest::Of("x")).c_str(), 0600), 0);
  EXPECT_FALSE(blobs_->Size(Digest::Of("x")));
  const auto opened = blobs_->Open(Digest::Of("x"));
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message(), HasSubstr("not a regular file"));
}

TEST_F(BlobFilesTest, WriterIsOfNoUseAfterItsCommit) {
  const auto writer = blobs_->New();
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Commit({}).ok());
  EXPECT_EQ((*writer)->Write("x").error().kind(), DiagnosticKind::kInternal);
  EXPECT_EQ((*writer)->Commit({}).error().kind(), DiagnosticKind::kInternal);
}

}  // namespace
}  // namespace cooper
