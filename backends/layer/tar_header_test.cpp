#include "backends/layer/tar_header.h"

#include "backends/layer/testing/tar_builder.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

std::string Header(const TreeEntry& entry) {
  std::string out;
  const Status status = AppendTarHeader(entry, out);
  EXPECT_TRUE(status.ok()) << status.error().message();
  return out;
}

TreeEntry Directory(std::string path) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.type = EntryType::kDirectory;
  entry.mode = 0755;
  return entry;
}

TEST(TarHeader, IsPlainUstarWhenThatIsEnough) {
  TreeEntry entry;
  entry.path = "a/b";
  entry.mode = 0644;
  entry.mtime.seconds = 1;
  EXPECT_EQ(Header(entry), TarEntry({.name = "a/b"}));
  EXPECT_EQ(Header(Directory("d")),
            TarEntry({.name = "d/", .type = '5', .mode = "0000755", .mtime = "00000000000"}));
  EXPECT_TRUE(Header(Directory("")).starts_with("./"));
}

TEST(TarHeader, SplitsLongNamesBeforeItNeedsPax) {
  const std::string path = std::string(90, 'p') + '/' + std::string(90, 'n');
  const std::string header = Header(Directory(path));
  ASSERT_EQ(header.size(), kTarBlock);
  EXPECT_EQ(header.substr(0, 92), std::string(90, 'n') + std::string("/\0", 2));
  EXPECT_EQ(header.substr(345, 91), std::string(90, 'p') + '\0');
}

TEST(TarHeader, PutsIntoPaxWhatUstarCannotSay) {
  TreeEntry entry;
  entry.path = std::string(150, 'x');
  entry.uid = 3000000;
  entry.size_bytes = uint64_t{9} << 30;
  entry.mtime = {.seconds = -2, .nanoseconds = 750'000'000};
  entry.xattrs = {{"user.k", std::string("v\0w", 3)}};
  const std::string header = Header(entry);
  EXPECT_EQ(header.substr(512, 512),
            Padded(PaxRecord("path", entry.path) + PaxRecord("mtime", "-1.25") +
                   PaxRecord("size", "9663676416") + PaxRecord("uid", "3000000") +
                   PaxRecord("SCHILY.xattr.user.k", std::string_view("v\0w", 3))));
}

TEST(TarHeader, KeepsNamesThatAreNotUtf8OutOfPaxIfItCan) {
  EXPECT_EQ(Header(Directory("caf\xe9")).size(), kTarBlock);
  EXPECT_NE(Header(Directory("caf\xc3\xa9")).find(PaxRecord("path", "caf\xc3\xa9/")),
            std::string::npos);
  EXPECT_NE(Header(Directory(std::string(200, '\xe9'))).find("21 hdrcharset=BINARY\n"),
            std::string::npos);
}

TEST(TarHeader, WritesWhiteoutsWithoutMetadataAndMarksBehindTheirDirectory) {
  TreeEntry whiteout = Directory("d/gone");
  whiteout.type = EntryType::kWhiteout;
  whiteout.mtime.seconds = 99;
  EXPECT_EQ(Header(whiteout),
            TarEntry({.name = "d/.wh.gone", .mode = "0000000", .mtime = "00000000000"}));
  TreeEntry opaque = Directory("d");
  opaque.opaque = true;
  const std::string header = Header(opaque);
  ASSERT_EQ(header.size(), 2 * kTarBlock);
  EXPECT_TRUE(header.substr(512).starts_with("d/.wh..wh..opq"));
}

TEST(TarHeader, RefusesWhatALayerCannotHold) {
  std::string out;
  EXPECT_FALSE(AppendTarHeader(Directory(".wh.x"), out).ok());
  EXPECT_FALSE(AppendTarHeader(Directory("a/.wh.x/b"), out).ok());
  EXPECT_TRUE(AppendTarHeader(Directory("a/x.wh.x"), out).ok());
  TreeEntry entry = Directory("d");
  entry.xattrs["user.a=b"] = "";
  EXPECT_EQ(AppendTarHeader(entry, out).error().kind(), DiagnosticKind::kUnsupported);
}

}  // namespace
}  // namespace cooper
