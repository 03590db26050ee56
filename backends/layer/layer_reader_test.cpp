#include "backends/layer/layer_reader.h"

#include <vector>

#include "backends/filesystem/testing/memory_tree.h"
#include "backends/layer/layer_writer.h"
#include "backends/layer/testing/tar_builder.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

struct Read {
  std::vector<TreeEntry> entries;
  std::map<std::string, std::string> contents;
  Digest diff_id;
};

Status ReadContent(const TreeEntry& entry, ContentReader& content, std::string& text) {
  char buffer[1000];
  for (;;) {
    COOPER_ASSIGN_OR_RETURN(const size_t size, content.Read(buffer));
    if (size == 0) break;
    text.append(buffer, size);
  }
  EXPECT_EQ(text.size(), entry.size_bytes) << entry.path;
  return Ok();
}

Result<Read> ReadLayer(std::string blob, Compression compression = Compression::kNone,
                       const ArchiveLimits& limits = {}) {
  COOPER_ASSIGN_OR_RETURN(
      const auto reader,
      OpenLayer(std::make_unique<BytesReader>(std::move(blob)), compression, limits));
  Read read;
  for (;;) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<TreeEntry> entry, reader->Next());
    if (!entry) break;
    read.entries.push_back(*entry);
    // Every second file is left unread, which must not matter.
    if (entry->type != EntryType::kFile || entry->path.ends_with("unread")) continue;
    COOPER_RETURN_IF_ERROR(ReadContent(*entry, reader->content(), read.contents[entry->path]));
  }
  COOPER_ASSIGN_OR_RETURN(read.diff_id, reader->DiffId());
  return read;
}

std::string MessageOf(std::string blob, Compression compression = Compression::kNone) {
  const auto read = ReadLayer(std::move(blob), compression);
  return read.ok() ? "<no error>" : read.error().message();
}

// One of each.
MemoryLayer Everything() {
  const auto node = [](std::string path, EntryType type, uint32_t mode) {
    TreeEntry entry;
    entry.path = std::move(path);
    entry.type = type;
    entry.mode = mode;
    entry.uid = 70000;
    entry.gid = 3000000;
    entry.mtime = {.seconds = 1700000000, .nanoseconds = 120};
    return entry;
  };
  MemoryLayer layer;
  layer.Entry(node("", EntryType::kDirectory, 01777));
  layer.Opaque("d").File("d/empty").File("d/f", std::string(5000, 'x'), 04755, 1, 2);
  layer.HardLink("d/h", "d/f");
  layer.Whiteout("d/old");
  TreeEntry device = node("dev", EntryType::kBlockDevice, 0660);
  device.device_major = 259;
  device.device_minor = 70000;
  layer.Entry(device);
  TreeEntry file =
      node(std::string(200, 'n') + "/\xc3\xa9/" + std::string(100, 'm'), EntryType::kFile, 0600);
  file.mtime = {.seconds = -5, .nanoseconds = 1};
  file.xattrs = {{"user.k", "v"}, {"security.capability", std::string("\0\1\n=", 4)}};
  layer.Entry(file, "content");
  layer.Entry(node("e\xcc\x81", EntryType::kFifo, 0600));
  layer.Entry(node("\xc3\xa9", EntryType::kFile, 0600), "unlike the one with two code points");
  layer.Symlink("l", std::string(300, '/') + "\xe9");
  return layer;
}

class LayerRoundTrip : public ::testing::TestWithParam<Compression> {};

TEST_P(LayerRoundTrip, GivesBackEveryEntry) {
  const MemoryLayer layer = Everything();
  std::string blob;
  LayerWriter writer({.compression = GetParam(), .threads = 2}, [&blob](std::string_view bytes) {
    blob += bytes;
    return Ok();
  });
  for (TreeEntry entry : layer.entries()) {
    const std::string content =
        entry.type == EntryType::kFile ? layer.files().at(entry.path) : std::string();
    StringReader reader(content);
    ASSERT_TRUE(writer.Add(entry, content.empty() ? nullptr : &reader).ok());
  }
  const auto written = writer.Finish();
  ASSERT_TRUE(written.ok());
  const auto read = ReadLayer(blob, GetParam());
  ASSERT_TRUE(read.ok()) << read.error().message();
  std::vector<TreeEntry> expected = layer.entries();
  for (TreeEntry& entry : expected) {
    if (entry.type == EntryType::kWhiteout) entry.mtime = {};
  }
  ASSERT_EQ(read->entries.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(read->entries[i], expected[i]) << expected[i].path;
  }
  EXPECT_EQ(read->contents, layer.files());
  EXPECT_EQ(read->diff_id, written->diff_id);
}

INSTANTIATE_TEST_SUITE_P(All, LayerRoundTrip,
                         ::testing::Values(Compression::kNone, Compression::kGzip,
                                           Compression::kZstd));

TEST(LayerReader, ClampsPathsInsideTheRoot) {
  const auto read = ReadLayer(TarEntry({.name = "../../x"}) + TarEntry({.name = "/etc/y"}) +
                              TarEntry({.name = "a/../../z"}) +
                              TarEntry({.name = "h", .type = '1', .link = "/../x"}) + TarEnd());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->entries[0].path, "x");
  EXPECT_EQ(read->entries[1].path, "etc/y");
  EXPECT_EQ(read->entries[2].path, "z");
  EXPECT_EQ(read->entries[3].link, "x");
}

TEST(LayerReader, DiffIdCoversWhatFollowsTheEnd) {
  const std::string tar =
      TarEntry({.name = "a.unread", .content = "xyz"}) + TarEnd() + std::string(300000, 'g');
  const auto read = ReadLayer(tar);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->entries.size(), 1U);
  EXPECT_EQ(read->diff_id, Digest::Of(tar));
}

TEST(LayerReader, TakesTheSizeOfPaxForTheFileAlone) {
  const std::string inner = TarEntry({.name = "smuggled"});
  const auto read = ReadLayer(PaxHeader(PaxRecord("size", "512")) +
                              TarEntry({.name = "x", .size = "00000000000"}) + inner +
                              TarEntry({.name = "ok"}) + TarEnd());
  ASSERT_TRUE(read.ok()) << read.error().message();
  ASSERT_EQ(read->entries.size(), 2U);
  EXPECT_EQ(read->contents.at("x"), inner);
  EXPECT_EQ(read->entries[1].path, "ok");
}

TEST(LayerReader, RefusesMalformedHeaders) {
  std::string wrong_sum = TarEntry({.name = "x"});
  wrong_sum[150] ^= 1;
  const std::vector<std::string> bad = {
      wrong_sum,
      TarEntry({.name = ""}),
      TarEntry({.name = "."}),
      TarEntry({.name = "/", .type = '2', .link = "/outside"}),
      TarEntry({.name = "x", .size = "zzzzzzzzzzz"}),
      TarEntry({.name = "x", .size = "00000000089"}),
      TarEntry({.name = "x", .size = std::string(12, '\xff')}),
      TarEntry({.name = "x", .uid = "\xff\xff\xff\xff\xff\xff\xff\xff"}),
      TarEntry({.name = "x", .uid = std::string("\x80\0\0\0\xff\xff\xff\xff", 8)}),
      TarEntry({.name = "x", .type = 'Z'}),
      TarEntry({.name = "h", .type = '1', .link = "./h"}),
      TarEntry({.name = "s", .type = '2'}),
      PaxHeader("9 path=x"),
      PaxHeader(PaxRecord("path", "x")),
      PaxHeader(PaxRecord("path", "x"), 'g') + TarEntry({.name = "y"}),
      TarEntry({.name = "long", .type = 'L', .content = "name"}),
      std::string(512, '\0') + TarEntry({.name = "x"}),
      TarEntry({.name = "x", .content = "12345"}).substr(0, 514),
      TarEntry({.name = "x"}).substr(0, 200)};
  for (size_t i = 0; i < bad.size(); ++i) {
    const auto read = ReadLayer(bad[i] + (i + 2 < bad.size() ? TarEnd() : std::string()));
    ASSERT_FALSE(read.ok()) << i;
    EXPECT_EQ(read.error().kind(), DiagnosticKind::kLayerInvalid) << i;
  }
}

TEST(LayerReader, StopsAtItsLimits) {
  const auto kind = [](const std::string& tar, const ArchiveLimits& limits) {
    const auto read = ReadLayer(tar, Compression::kNone, limits);
    return read.ok() ? DiagnosticKind::kInternal : read.error().kind();
  };
  const auto limit = DiagnosticKind::kLimitExceeded;
  const std::string two = TarEntry({.name = "a"}) + TarEntry({.name = "b"}) + TarEnd();
  EXPECT_EQ(kind(two, {.entries = 1}), limit);
  EXPECT_EQ(kind(two, {.expanded_bytes = 1000}), limit);
  EXPECT_EQ(kind(PaxHeader(PaxRecord("path", std::string(5000, 'a'))) + two, {}), limit);
  EXPECT_EQ(kind(PaxHeader(PaxRecord("path", std::string(300, 'a'))) + two, {}), limit);
  EXPECT_EQ(kind(PaxHeader(PaxRecord("SCHILY.xattr.user.k", "vvvv")) + two, {.xattr_bytes = 9}),
            limit);
  // Claims alone allocate nothing.
  EXPECT_EQ(
      kind(TarEntry(
               {.name = "L", .type = 'L', .size = std::string("\x80\0\0\0\0\0\0\x7f\0\0\0\0", 12)}),
           {}),
      limit);
  EXPECT_EQ(
      kind(TarEntry({.name = "x", .size = std::string("\x80\0\0\0\x7f\0\0\0\0\0\0\0", 12)}), {}),
      limit);
}

TEST(LayerReader, ExpandsSparseFilesOfPax) {
  const std::string map = Padded("2\n1\n2\n6\n3\n");
  const auto read = ReadLayer(
      PaxHeader(PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
                PaxRecord("GNU.sparse.name", "real") + PaxRecord("GNU.sparse.realsize", "12")) +
      TarEntry({.name = "GNUSparseFile.0/real", .content = map + "abcde"}) +
      TarEntry({.name = "next"}) + TarEnd());
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read->contents.at("real"), std::string("\0ab\0\0\0cde\0\0\0", 12));
  EXPECT_EQ(read->entries[1].path, "next");
  const auto listed = ReadLayer(
      PaxHeader(PaxRecord("GNU.sparse.map", "0,1,3,1") + PaxRecord("GNU.sparse.size", "4")) +
      TarEntry({.name = "s", .content = "ab"}) + TarEnd());
  ASSERT_TRUE(listed.ok()) << listed.error().message();
  EXPECT_EQ(listed->contents.at("s"), std::string("a\0\0b", 4));
}

TEST(LayerReader, RefusesSparseMapsThatLie) {
  for (const char* map : {"0,2,1,1", "0,9", "0,1", "9,2", "18446744073709551615,2", "1"}) {
    EXPECT_FALSE(
        ReadLayer(PaxHeader(PaxRecord("GNU.sparse.map", map) + PaxRecord("GNU.sparse.size", "4")) +
                  TarEntry({.name = "s", .content = "ab"}) + TarEnd())
            .ok())
        << map;
  }
  EXPECT_FALSE(ReadLayer(PaxHeader(PaxRecord("GNU.sparse.major", "1") +
                                   PaxRecord("GNU.sparse.realsize", "1152921504606846976")) +
                         TarEntry({.name = "s", .content = Padded("999999999\n0\n1\n")}) + TarEnd())
                   .ok());
}

TEST(LayerReader, OpaqueMarkBehindItsDirectoryIsOneEntry) {
  const auto read =
      ReadLayer(TarEntry({.name = "a/", .type = '5'}) + TarEntry({.name = "b/", .type = '5'}) +
                TarEntry({.name = "b/.wh..wh..opq"}) + TarEntry({.name = "b/f"}) + TarEnd());
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->entries.size(), 3U);
  EXPECT_TRUE(read->entries[1].opaque);
  EXPECT_EQ(read->entries[2].path, "b/f");
}

// What zlib makes of nothing and of 1024 zeros.
std::string EmptyMember() {
  return std::string("\x1f\x8b\x08\0\0\0\0\0\x02\x03\x03\0\0\0\0\0\0\0\0\0", 20);
}
std::string ZerosMember() {
  return std::string(
      "\x1f\x8b\x08\0\0\0\0\0\x02\x03\x63\x60\x18\x05\xa3\x60\x14\x8c\x54\0\0\x2e\xaf\xb5\xef"
      "\0\x04\0\0",
      29);
}

TEST(LayerReader, JoinsGzipMembersHoweverMany) {
  std::string blob;
  for (int i = 0; i < 10000; ++i) blob += EmptyMember();
  blob += ZerosMember() + ZerosMember();
  const auto read = ReadLayer(blob, Compression::kGzip);
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read->diff_id, Digest::Of(std::string(2048, '\0')));
}

TEST(LayerReader, RefusesBrokenGzip) {
  const std::string good = ZerosMember();
  std::string crc = good;
  crc[21] ^= 1;
  std::string size = good;
  size[26] ^= 1;
  for (const std::string& bad : {std::string(), good.substr(0, 15), good.substr(0, 21), crc, size,
                                 good + "garbage!", good + std::string(512, '\0'), good + "\x1f"}) {
    EXPECT_FALSE(ReadLayer(bad, Compression::kGzip).ok());
  }
  EXPECT_NE(MessageOf(good + "garbage!", Compression::kGzip).find("follow member 1"),
            std::string::npos);
}

TEST(LayerReader, TheDeclaredCompressionDecides) {
  EXPECT_FALSE(ReadLayer(ZerosMember(), Compression::kNone).ok());
  EXPECT_FALSE(ReadLayer(ZerosMember(), Compression::kZstd).ok());
  EXPECT_FALSE(ReadLayer(TarEnd(), Compression::kGzip).ok());
}

TEST(LayerReader, RefusesBrokenZstd) {
  // A frame of one raw block of 4 bytes, and its faults.
  const std::string good("\x28\xb5\x2f\xfd\x20\x04\x21\0\0\0\0\0\0", 13);
  EXPECT_EQ(MessageOf(good + good, Compression::kZstd), "the archive is cut off inside a header");
  EXPECT_EQ(MessageOf(good.substr(0, 11), Compression::kZstd), "zstd: the stream is cut off");
  EXPECT_NE(MessageOf(good + "garbage!", Compression::kZstd).find("zstd: "), std::string::npos);
  // A window of 2 GiB.
  EXPECT_NE(MessageOf(std::string("\x28\xb5\x2f\xfd\0\xa8\x21\0\0\0\0\0\0", 13), Compression::kZstd)
                .find("zstd: "),
            std::string::npos);
}

std::string Paths(const std::string& archive) {
  BytesReader content(archive);
  auto opened = OpenArchive(content);
  EXPECT_TRUE(opened.ok());
  if (!opened.ok() || !*opened) return "<no archive>";
  std::string paths;
  for (;;) {
    auto entry = (**opened)->Next();
    if (!entry.ok()) return entry.error().message();
    if (!*entry) return paths;
    paths += (*entry)->path + ";";
  }
}

TEST(OpenArchive, SeesTarByContentAndKeepsWhiteoutNames) {
  EXPECT_EQ(Paths(TarEntry({.name = "a", .content = "x"}) + TarEntry({.name = ".wh.b"}) + TarEnd()),
            "a;.wh.b;");
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

TEST(OpenArchive, DecompressesBzip2AndXz) {
  // A tar of one empty file `a`, through bzip2 and xz.
  const std::string bzip2 = FromHex(
      "425a6839314159265359d95b2d740000265b80c980400065800000e0001e00008820005450d34c8d1a69"
      "e8326a4d3d4cf535069ae76045812fb73887324c010d02a011488555856e1a437ff00335a48bb9229c28"
      "486cad96ba00");
  const std::string xz = FromHex(
      "fd377a585a000004e6d6b4460200210116000000742fe5a3e005ff00315d00308033501868898301dce2"
      "6e3ad11e6a76395b158bdeaf4fa501f6866f68e1d4ee000b79dc8947fae5c97fe484f32e000000000000"
      "ab0f0e3f762ca2f200014d800c00000045c2a38bb1c467fb020000000004595a");
  EXPECT_EQ(Paths(bzip2), "a;");
  EXPECT_EQ(Paths(xz), "a;");
  EXPECT_NE(Paths(bzip2.substr(0, bzip2.size() - 20)), "a;");
}

TEST(OpenArchive, OtherContentIsNoArchive) {
  EXPECT_EQ(Paths(""), "<no archive>");
  EXPECT_EQ(Paths("text"), "<no archive>");
  EXPECT_EQ(Paths(std::string(2000, 'x')), "<no archive>");
  EXPECT_EQ(Paths(TarEnd()), "<no archive>");
  EXPECT_EQ(Paths(ZerosMember()), "<no archive>");
  EXPECT_EQ(Paths("\x1f\x8b, but no gzip"), "<no archive>");
  EXPECT_EQ(Paths("BZh, but no bzip2"), "<no archive>");
}

}  // namespace
}  // namespace cooper
