#include "backends/store/snapshot_directories.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

class SnapshotDirectoriesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store = StoreDirectory::Open(directory_ / "store");
    ASSERT_TRUE(store.ok());
    store_ = std::move(*store);
    auto session =
        TemporarySession::Start(store_.temporary.get(), store_.gate.get(), store_.TemporaryPath());
    ASSERT_TRUE(session.ok());
    session_ = std::move(*session);
    snapshots_ =
        std::make_unique<SnapshotDirectories>(store_, session_.get(), SnapshotForm::kTrusted);
  }

  std::unique_ptr<SnapshotWriter> New() {
    auto writer = snapshots_->New(id_);
    EXPECT_TRUE(writer.ok());
    return std::move(*writer);
  }

  TestDirectory directory_;
  StoreDirectory store_;
  std::unique_ptr<TemporarySession> session_;
  std::unique_ptr<SnapshotDirectories> snapshots_;
  const Digest id_ = Digest::Of("layer");
};

TEST_F(SnapshotDirectoriesTest, BecomesVisibleWithTheRootAlone) {
  const auto writer = New();
  EXPECT_EQ(CountEntries(writer->path()), 0u);
  EXPECT_EQ(CountEntries(writer->work_path()), 0u);
  ASSERT_EQ(mkdirat(writer->root_fd(), "etc", 0755), 0);
  fs::create_directories(writer->work_path() + "/work");
  ASSERT_EQ(chmod((writer->work_path() + "/work").c_str(), 0), 0);
  EXPECT_FALSE(snapshots_->Has(id_));
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_TRUE(snapshots_->Has(id_));
  EXPECT_TRUE(fs::is_directory(snapshots_->Path(id_) + "/etc"));
  EXPECT_EQ(CountEntries(fs::path(snapshots_->Path(id_)).parent_path()), 1u);
  EXPECT_EQ(CountEntries(session_->path()), 0u);
}

TEST_F(SnapshotDirectoriesTest, RootMayTakeAnyMode) {
  const auto writer = New();
  struct stat status{};
  ASSERT_EQ(fstat(writer->root_fd(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0755u);
  ASSERT_EQ(fchmod(writer->root_fd(), 0555), 0);
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_TRUE(snapshots_->Has(id_));
}

TEST_F(SnapshotDirectoriesTest, DroppedWriterLeavesNothing) {
  {
    const auto writer = New();
    ASSERT_EQ(mkdirat(writer->root_fd(), "etc", 0), 0);
  }
  EXPECT_EQ(CountEntries(session_->path()), 0u);
  EXPECT_FALSE(snapshots_->Has(id_));
}

TEST_F(SnapshotDirectoriesTest, FirstOfTwoStays) {
  {
    const auto first = New();
    const auto second = New();
    ASSERT_EQ(mkdirat(first->root_fd(), "first", 0755), 0);
    ASSERT_EQ(mkdirat(second->root_fd(), "second", 0755), 0);
    ASSERT_TRUE(first->Commit().ok());
    ASSERT_TRUE(second->Commit().ok());
  }
  EXPECT_TRUE(fs::exists(snapshots_->Path(id_) + "/first"));
  EXPECT_FALSE(fs::exists(snapshots_->Path(id_) + "/second"));
  EXPECT_EQ(CountEntries(session_->path()), 0u);
}

}  // namespace
}  // namespace cooper
