#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

using Names = std::vector<std::string>;

// The members of one archive in order, each with its content.
using Members = std::vector<std::pair<TreeEntry, std::string>>;

class MemberSource : public EntrySource {
 public:
  explicit MemberSource(const Members& members) : members_(members) {}
  Result<std::optional<TreeEntry>> Next() override {
    if (next_ == members_.size()) return std::optional<TreeEntry>();
    reader_ = std::make_unique<StringReader>(members_[next_].second);
    return std::optional<TreeEntry>(members_[next_++].first);
  }
  ContentReader& content() override { return *reader_; }

 private:
  const Members& members_;
  size_t next_ = 0;
  std::unique_ptr<StringReader> reader_;
};

TreeEntry Entry(std::string path, EntryType type, uint32_t mode) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.type = type;
  entry.mode = mode;
  entry.uid = 11;
  entry.gid = 22;
  entry.mtime.seconds = 1400000000;
  return entry;
}
std::pair<TreeEntry, std::string> File(std::string path, std::string content) {
  TreeEntry entry = Entry(std::move(path), EntryType::kFile, 0640);
  entry.size_bytes = content.size();
  return {entry, std::move(content)};
}
std::pair<TreeEntry, std::string> Directory(std::string path) {
  return {Entry(std::move(path), EntryType::kDirectory, 02755), ""};
}
std::pair<TreeEntry, std::string> Link(std::string path, EntryType type, std::string target) {
  TreeEntry entry = Entry(std::move(path), type, 0777);
  entry.link = std::move(target);
  return {entry, ""};
}

class Unpack : public ::testing::Test {
 protected:
  Status Run(const FileUnpackOp& op, const FileTree& base, RecordingSink& sink) {
    const ArchiveOpener opener =
        [this](ContentReader& content) -> Result<std::optional<std::unique_ptr<EntrySource>>> {
      std::array<char, 64> buffer;
      COOPER_ASSIGN_OR_RETURN(const size_t size, content.Read(buffer));
      const auto it = archives_.find(std::string(buffer.data(), size));
      if (it == archives_.end()) return std::optional<std::unique_ptr<EntrySource>>();
      return std::optional<std::unique_ptr<EntrySource>>(
          std::make_unique<MemberSource>(it->second));
    };
    MemoryLayer layer;
    layer.File("a.txt", "plain").Symlink("l.tar", "t.tar").File("d/t.tar", "inner");
    for (const auto& [name, members] : archives_) layer.File(name, name);
    const FileTree source = MemoryTree({layer});
    return ApplyUnpack(op, source, {.base = base, .now = {.seconds = 99}, .archives = opener},
                       sink);
  }
  RecordingSink Unpacked(const FileUnpackOp& op, const FileTree& base = FileTree()) {
    RecordingSink sink;
    const Status status = Run(op, base, sink);
    EXPECT_TRUE(status.ok()) << status.error().message();
    return sink;
  }

  std::map<std::string, Members> archives_;
};

FileUnpackOp Op(std::vector<std::string> from, std::string to) {
  FileUnpackOp op;
  op.from = std::move(from);
  op.to = std::move(to);
  return op;
}

TEST_F(Unpack, MembersKeepTheirMetadataBelowTheDirectory) {
  archives_["t.tar"] = {Directory(""),
                        File("f", "text"),
                        Directory("d"),
                        File("d/g", "g"),
                        Link("hl", EntryType::kHardLink, "f"),
                        Link("sl", EntryType::kSymlink, "f")};
  const RecordingSink sink = Unpacked(Op({"t.tar"}, "/o"));
  EXPECT_EQ(sink.Find("o")->mode, 0755U);
  EXPECT_EQ(sink.Find("o")->uid, 0U);
  EXPECT_EQ(sink.Find("o/d")->mode, 02755U);
  EXPECT_EQ(sink.Find("o/f")->uid, 11U);
  EXPECT_EQ(sink.Content("o/f"), "text");
  EXPECT_EQ(sink.Content("o/d/g"), "g");
  EXPECT_EQ(sink.Find("o/hl")->link, "o/f");
  EXPECT_EQ(sink.Find("o/sl")->link, "f");
  EXPECT_EQ(sink.entries().size(), 6U);
}

TEST_F(Unpack, CopiesWhatIsNoArchiveAndLinksToArchives) {
  archives_["t.tar"] = {File("f", "text")};
  const RecordingSink sink = Unpacked(Op({"a.txt", "l.tar", "d"}, "/o/"));
  EXPECT_EQ(sink.Content("o/a.txt"), "plain");
  EXPECT_EQ(sink.Content("o/l.tar"), "t.tar");
  EXPECT_EQ(sink.Content("o/t.tar"), "inner");
  EXPECT_EQ(sink.Find("o/f"), nullptr);
}

TEST_F(Unpack, ChownReachesMembersAndChmodDoesNot) {
  archives_["t.tar"] = {File("x/f", "text")};
  FileUnpackOp op = Op({"t.tar"}, "/o/");
  op.chown = "5:6";
  op.chmod = "0700";
  const RecordingSink sink = Unpacked(op);
  EXPECT_EQ(sink.Find("o/x/f")->uid, 5U);
  EXPECT_EQ(sink.Find("o/x/f")->mode, 0640U);
  EXPECT_EQ(sink.Find("o/x")->gid, 6U);
  EXPECT_EQ(sink.Find("o")->mode, 0755U);
}

TEST_F(Unpack, LastOfSeveralMembersWithOnePathWins) {
  archives_["1.tar"] = {File("f", "one"), Link("h", EntryType::kHardLink, "f"), File("f", "second"),
                        File("x/y", "gone"), File("x", "now a file")};
  archives_["2.tar"] = {File("f", "of two")};
  const RecordingSink sink = Unpacked(Op({"[12].tar", "a.txt"}, "/o/"));
  EXPECT_EQ(sink.Content("o/f"), "of two");
  EXPECT_EQ(sink.Content("o/h"), "one");
  EXPECT_EQ(sink.Content("o/x"), "now a file");
  EXPECT_EQ(sink.Find("o/x/y"), nullptr);
  EXPECT_EQ(sink.Content("o/a.txt"), "plain");
}

TEST_F(Unpack, NamesAreClampedToTheDirectory) {
  archives_["t.tar"] = {File("../../up", "u"), File("/abs/f", "f")};
  const RecordingSink sink = Unpacked(Op({"t.tar"}, "/o/"));
  EXPECT_EQ(sink.Content("o/up"), "u");
  EXPECT_EQ(sink.Content("o/abs/f"), "f");
}

TEST_F(Unpack, LinksOnTheWayStayInsideTheRoot) {
  archives_["t.tar"] = {Link("esc", EntryType::kSymlink, "../../../../../etc"),
                        File("esc/owned", "x")};
  const RecordingSink sink = Unpacked(Op({"t.tar"}, "/var/run/"));
  EXPECT_EQ(sink.Content("etc/owned"), "x");
  EXPECT_EQ(sink.Find("var/run/esc")->type, EntryType::kSymlink);
}

TEST_F(Unpack, FollowsALinkAsDestinationAndMergesWithWhatIsThere) {
  const FileTree base = MemoryTree({MemoryLayer()
                                        .Symlink("var/run", "/run")
                                        .Directory("run", 0711)
                                        .Directory("run/d", 0700)
                                        .File("run/d/keep")
                                        .Symlink("run/sl", "/tmp")});
  archives_["t.tar"] = {Directory("."), File("d/g", "g"), Directory("d"),
                        Link("sl", EntryType::kSymlink, "f")};
  const RecordingSink sink = Unpacked(Op({"t.tar"}, "/var/run/"), base);
  EXPECT_EQ(sink.Find("run")->mode, 0711U);
  EXPECT_EQ(sink.Find("run/d")->mode, 02755U);
  EXPECT_FALSE(sink.Find("run/d")->opaque);
  EXPECT_EQ(sink.Find("run/sl")->link, "f");
}

TEST_F(Unpack, DirectoryThatComesBackAfterAFileHidesTheOldOne) {
  const FileTree base = MemoryTree({MemoryLayer().Directory("d").File("d/old")});
  archives_["t.tar"] = {File("d", "file"), Directory("d"), File("d/new", "n")};
  const RecordingSink sink = Unpacked(Op({"t.tar"}, "/"), base);
  EXPECT_TRUE(sink.Find("d")->opaque);
  FileTree merged = base;
  merged.Push(sink.Layer());
  EXPECT_EQ(merged.List("d"), Names{"new"});
}

TEST_F(Unpack, HardLinkToAFileOfTheBaseCopiesIt) {
  const FileTree base = MemoryTree({MemoryLayer().File("o/base", "text", 0600)});
  archives_["t.tar"] = {Link("h", EntryType::kHardLink, "base")};
  const RecordingSink sink = Unpacked(Op({"t.tar"}, "/o/"), base);
  EXPECT_EQ(sink.Find("o/h")->type, EntryType::kFile);
  EXPECT_EQ(sink.Content("o/h"), "text");
}

TEST_F(Unpack, HardLinkToNothingIsAnError) {
  archives_["t.tar"] = {Link("h", EntryType::kHardLink, "../../../etc/shadow")};
  RecordingSink sink;
  const Status status = Run(Op({"t.tar"}, "/o/"), FileTree(), sink);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(),
            "cannot unpack `/t.tar`: archive member `h` is a hard link to `../../../etc/shadow`, "
            "which is no file");
}

}  // namespace
}  // namespace cooper
