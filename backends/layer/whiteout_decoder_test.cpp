#include "backends/layer/whiteout_decoder.h"

#include <vector>

#include "gtest/gtest.h"

namespace cooper {
namespace {

TreeEntry Node(std::string path, EntryType type, uint32_t mode = 0) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.type = type;
  entry.mode = mode;
  return entry;
}
TreeEntry File(std::string path) { return Node(std::move(path), EntryType::kFile); }

std::optional<TreeEntry> Decode(WhiteoutDecoder& decoder, TreeEntry entry) {
  auto decoded = decoder.Decode(std::move(entry));
  EXPECT_TRUE(decoded.ok()) << decoded.error().message();
  return decoded.ok() ? *std::move(decoded) : std::nullopt;
}

TEST(WhiteoutDecoder, TurnsNamesIntoWhiteouts) {
  WhiteoutDecoder decoder;
  EXPECT_EQ(Decode(decoder, File("d/.wh.x")), Node("d/x", EntryType::kWhiteout));
  EXPECT_EQ(Decode(decoder, File(".wh.y")), Node("y", EntryType::kWhiteout));
}

TEST(WhiteoutDecoder, WhiteoutsLeaveTheirOwnLayerAlone) {
  WhiteoutDecoder decoder;
  Decode(decoder, File("f"));
  EXPECT_FALSE(Decode(decoder, File(".wh.f")));
  // What this layer has below `d` stays, the rest of `d` goes.
  Decode(decoder, File("d/x"));
  const auto opaque = Decode(decoder, File(".wh.d"));
  ASSERT_TRUE(opaque);
  EXPECT_EQ(opaque->path, "d");
  EXPECT_TRUE(opaque->opaque);
}

TEST(WhiteoutDecoder, DirectoryInPlaceOfAWhiteoutIsOpaque) {
  WhiteoutDecoder decoder;
  Decode(decoder, File(".wh.d"));
  EXPECT_TRUE(Decode(decoder, Node("d", EntryType::kDirectory, 0700))->opaque);
}

TEST(WhiteoutDecoder, LateOpaqueMarkKeepsTheDirectorysMetadata) {
  WhiteoutDecoder decoder;
  Decode(decoder, Node("d", EntryType::kDirectory, 0700));
  Decode(decoder, File("d/x"));
  const auto opaque = Decode(decoder, File("d/.wh..wh..opq"));
  ASSERT_TRUE(opaque);
  EXPECT_EQ(opaque->mode, 0700U);
  EXPECT_TRUE(opaque->opaque);
}

TEST(WhiteoutDecoder, RefusesWhiteoutsOfNothing) {
  for (const char* path : {".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh..", "d/.wh...", ".wh.d/x"}) {
    WhiteoutDecoder decoder;
    EXPECT_FALSE(decoder.Decode(File(path)).ok()) << path;
  }
}

TEST(WhiteoutDecoder, DropsWhatBelongsToOtherFileSystems) {
  WhiteoutDecoder decoder;
  EXPECT_FALSE(Decode(decoder, File(".wh..wh.plnk/1.2")));
  EXPECT_FALSE(Decode(decoder, File(".wh..wh.aufs")));
  TreeEntry entry = Node("d", EntryType::kDirectory);
  entry.xattrs = {
      {"trusted.overlay.opaque", "y"}, {"user.overlay.redirect", "/x"}, {"user.k", "v"}};
  EXPECT_EQ(Decode(decoder, entry)->xattrs.size(), 1U);
  EXPECT_FALSE(decoder.Decode(Node("c", EntryType::kCharDevice)).ok());
}

}  // namespace
}  // namespace cooper
