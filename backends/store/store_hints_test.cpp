#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "backends/store/records/hint_database.h"
#include "backends/store/store.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

constexpr std::string_view kBytes = "0123456789";

PieceRecord Piece(std::string_view key, uint64_t offset, uint64_t size_bytes) {
  return {.key = Digest::Of(key),
          .digest = Digest::Of(kBytes.substr(offset, size_bytes)),
          .offset = offset,
          .size_bytes = size_bytes};
}

class HintDatabaseTest : public testing::Test {
 protected:
  HintDatabase Open(DatabaseUse use = DatabaseUse::kWrite) { return HintDatabase(path_, use); }

  TestDirectory directory_;
  const std::string path_ = directory_ / "hints 1?.sqlite";
};

TEST_F(HintDatabaseTest, KeepsWhatItWasToldForLaterBuilds) {
  Open().PutContext(Digest::Of("c"), std::string_view("a\0b", 3));
  Open().PutPieces(Digest::Of("blob"), {Piece("p", 2, 3)});
  for (const auto use : {DatabaseUse::kWrite, DatabaseUse::kRead}) {
    HintDatabase hints = Open(use);
    EXPECT_EQ(hints.FindContext(Digest::Of("c")), std::string("a\0b", 3));
    EXPECT_EQ(hints.FindContext(Digest::Of("d")), std::nullopt);
    const auto placed = hints.FindPiece(Digest::Of("p"));
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->blob, Digest::Of("blob"));
    EXPECT_EQ(placed->piece.digest, Digest::Of("234"));
    EXPECT_EQ(placed->piece.offset, 2U);
    EXPECT_EQ(placed->piece.size_bytes, 3U);
    EXPECT_FALSE(hints.FindPiece(Digest::Of("q")));
  }
}

TEST_F(HintDatabaseTest, TheNewerPlaceTakesOver) {
  HintDatabase hints = Open();
  hints.PutPieces(Digest::Of("old"), {Piece("p", 0, 1)});
  hints.PutPieces(Digest::Of("new"), {Piece("p", 1, 1)});
  EXPECT_EQ(hints.FindPiece(Digest::Of("p"))->blob, Digest::Of("new"));
}

TEST_F(HintDatabaseTest, LosesTheOldestContexts) {
  HintDatabase hints = Open();
  for (int i = 0; i <= HintDatabase::kMaxContexts; ++i) {
    hints.PutContext(Digest::Of(std::to_string(i)), "x");
  }
  EXPECT_FALSE(hints.FindContext(Digest::Of("0")));
  EXPECT_TRUE(hints.FindContext(Digest::Of("1")));
}

TEST_F(HintDatabaseTest, ReadingMakesNoFile) {
  EXPECT_FALSE(Open(DatabaseUse::kRead).FindContext(Digest::Of("c")));
  EXPECT_EQ(CountEntries(directory_.path()), 0U);
  Open().PutContext(Digest::Of("c"), "x");
  EXPECT_TRUE(Open(DatabaseUse::kRead).FindContext(Digest::Of("c")));
  EXPECT_EQ(CountEntries(directory_.path()), 1U);
}

TEST_F(HintDatabaseTest, ADamagedFileIsMadeAnew) {
  WriteTestFile(path_, std::string(8192, 'x'));
  EXPECT_FALSE(Open(DatabaseUse::kRead).FindContext(Digest::Of("c")));
  Open().PutContext(Digest::Of("c"), "x");
  EXPECT_TRUE(Open().FindContext(Digest::Of("c")));
}

TEST_F(HintDatabaseTest, WithoutAPlaceThereAreNoHints) {
  HintDatabase hints(directory_ / "none/hints.sqlite", DatabaseUse::kWrite);
  hints.PutContext(Digest::Of("c"), "x");
  hints.PutPieces(Digest::Of("blob"), {Piece("p", 0, 1)});
  EXPECT_FALSE(hints.FindContext(Digest::Of("c")));
  EXPECT_FALSE(hints.FindPiece(Digest::Of("p")));
}

class StoredPieceTest : public testing::Test {
 protected:
  StoredPieceTest() {
    blob_ = *store_->PutBlob(kBytes);
    store_->PutPieces(blob_, {Piece("p", 2, 3), Piece("beyond", 8, 2)});
  }
  std::optional<std::string> Read(std::string_view key, size_t room = 100) {
    std::string out(room, '\0');
    const auto piece = store_->ReadPiece(Digest::Of(key), out);
    if (!piece) return std::nullopt;
    return out.substr(0, piece->size_bytes);
  }

  TestDirectory directory_;
  const std::unique_ptr<Store> store_ = *Store::Open(directory_ / "store");
  Digest blob_;
};

TEST_F(StoredPieceTest, IsTheRangeOfItsBlob) {
  EXPECT_EQ(Read("p"), "234");
  EXPECT_EQ(Read("p", 3), "234");
  EXPECT_EQ(Read("p", 2), std::nullopt) << "no room";
  EXPECT_EQ(Read("q"), std::nullopt);
}

TEST_F(StoredPieceTest, IsNotThereWhenItsBlobWentOrChanged) {
  const std::string path = directory_ / "store/blobs/sha256/" + blob_.Hex();
  WriteTestFile(path, "01x3456789");
  EXPECT_EQ(Read("p"), std::nullopt);
  EXPECT_EQ(Read("beyond"), "89");
  WriteTestFile(path, "012345678");
  EXPECT_EQ(Read("p"), "234");
  EXPECT_EQ(Read("beyond"), std::nullopt);
  ASSERT_EQ(unlink(path.c_str()), 0);
  EXPECT_EQ(Read("p"), std::nullopt);
}

}  // namespace
}  // namespace cooper
