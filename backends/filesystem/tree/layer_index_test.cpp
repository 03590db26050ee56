#include "backends/filesystem/tree/layer_index.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ir/base/digest.h"

namespace cooper {
namespace {

TreeEntry Entry(std::string path, EntryType type = EntryType::kFile) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.type = type;
  return entry;
}

std::vector<std::string> Paths(std::span<const TreeEntry> entries) {
  std::vector<std::string> paths;
  for (const TreeEntry& entry : entries) paths.push_back(entry.path);
  return paths;
}

std::string WithChecksum(std::string body) {
  const Digest digest = Digest::Of(body);
  body.append(reinterpret_cast<const char*>(digest.bytes().data()), Digest::kBytes);
  return body;
}

LayerIndex Sample() {
  TreeEntry file = Entry("d/f");
  file.mode = 06755;
  file.uid = 4'294'967'295U;
  file.gid = 7;
  file.size_bytes = std::numeric_limits<uint64_t>::max();
  file.mtime = {.seconds = -3, .nanoseconds = 999'999'999};
  file.xattrs = {{"security.capability", std::string("\0\x01\xff", 3)}, {"user.x", ""}};
  TreeEntry link = Entry("d/l", EntryType::kSymlink);
  link.link = "../x";
  TreeEntry device = Entry("dev", EntryType::kCharDevice);
  device.device_major = 1;
  device.device_minor = 1 << 19;
  TreeEntry directory = Entry("d", EntryType::kDirectory);
  directory.opaque = true;
  directory.mtime.seconds = std::numeric_limits<int64_t>::max();
  return LayerIndex({file, link, device, directory, Entry("gone", EntryType::kWhiteout)});
}

TEST(LayerIndex, SortsAndLetsTheLastOfEqualPathsWin) {
  TreeEntry second = Entry("a");
  second.mode = 0600;
  const LayerIndex index({Entry("a.b"), Entry("a"), Entry("a/x"), second});
  EXPECT_EQ(Paths(index.entries()), (std::vector<std::string>{"a", "a/x", "a.b"}));
  ASSERT_NE(index.Find("a"), nullptr);
  EXPECT_EQ(index.Find("a")->mode, 0600U);
}

TEST(LayerIndex, FindsOnlyWhatIsListed) {
  const LayerIndex index({Entry("a/x"), Entry("b")});
  EXPECT_EQ(index.Find("a"), nullptr);
  EXPECT_EQ(index.Find(""), nullptr);
  EXPECT_NE(index.Find("a/x"), nullptr);
}

TEST(LayerIndex, BelowIsStrictAndStopsAtTheNextSibling) {
  const LayerIndex index(
      {Entry(""), Entry("a"), Entry("a/x"), Entry("a/x/y"), Entry("a-"), Entry("ab"), Entry("b")});
  EXPECT_EQ(Paths(index.Below("a")), (std::vector<std::string>{"a/x", "a/x/y"}));
  EXPECT_EQ(index.Below("").size(), 6U);
  EXPECT_TRUE(index.Below("b").empty());
  EXPECT_TRUE(index.Below("zz").empty());
}

TEST(LayerIndex, BelowWorksForADirectoryThatIsNotListed) {
  const LayerIndex index({Entry("a/x"), Entry("b/y")});
  EXPECT_EQ(Paths(index.Below("b")), (std::vector<std::string>{"b/y"}));
}

TEST(LayerIndex, SurvivesTheBinaryForm) {
  const LayerIndex index = Sample();
  const auto parsed = LayerIndex::Parse(index.Serialize());
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(parsed->entries(), index.entries());
}

TEST(LayerIndex, RefusesEveryTruncationAndEveryFlippedByte) {
  const std::string bytes = Sample().Serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(LayerIndex::Parse(bytes.substr(0, size)).ok()) << size;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    EXPECT_FALSE(LayerIndex::Parse(damaged).ok()) << at;
  }
}

TEST(LayerIndex, RefusesAnotherVersionByNumber) {
  const auto parsed = LayerIndex::Parse(WithChecksum(std::string("cooperix") + "\x02" + '\0'));
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().message(), "layer index: version 2 is not 1");
}

TEST(LayerIndex, RefusesAClaimOfMoreEntriesThanBytes) {
  const auto parsed = LayerIndex::Parse(WithChecksum("cooperix\x01\xff\xff\xff\xff\x7f"));
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().kind(), DiagnosticKind::kStore);
}

TEST(LayerIndex, RefusesPathsThatLeaveTheRoot) {
  for (const std::string path : {"../x", "/x", "a/../b", "a/"}) {
    EXPECT_FALSE(LayerIndex::Parse(LayerIndex({Entry(path)}).Serialize()).ok()) << path;
  }
}

TEST(LayerIndex, TellsWhetherAnEntryLiesBelowOneThatHides) {
  const auto none = [](std::vector<TreeEntry> entries) {
    const LayerIndex index(std::move(entries));
    EXPECT_EQ(LayerIndex::Parse(index.Serialize())->none_below_hiding(), index.none_below_hiding());
    return index.none_below_hiding();
  };
  TreeEntry opaque = Entry("d", EntryType::kDirectory);
  opaque.opaque = true;
  EXPECT_TRUE(none({}));
  EXPECT_TRUE(none({Entry("d", EntryType::kDirectory), Entry("d/f"), Entry("d/g/h"), Entry("e")}));
  EXPECT_TRUE(none({opaque, Entry("d.f"), Entry("e", EntryType::kWhiteout)}));
  EXPECT_FALSE(none({opaque, Entry("d/f")}));
  EXPECT_FALSE(none({Entry("a"), Entry("d"), Entry("d/f/g")}));
  EXPECT_FALSE(none({Entry("d", EntryType::kSymlink), Entry("d/f")}));
  EXPECT_FALSE(none({Entry("d", EntryType::kWhiteout), Entry("d/f")}));
  EXPECT_FALSE(none({Entry("", EntryType::kWhiteout), Entry("f")}));
}

TEST(IndexRecorder, RemembersWhatItPassesOn) {
  IndexRecorder inner(nullptr);
  IndexRecorder outer(&inner);
  ASSERT_TRUE(outer.Add(Entry("b"), nullptr).ok());
  ASSERT_TRUE(outer.Add(Entry("a"), nullptr).ok());
  EXPECT_EQ(Paths(outer.Take().entries()), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Paths(inner.Take().entries()), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace cooper
