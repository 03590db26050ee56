#include "backends/source/content_digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <span>

#include "backends/filesystem/testing/memory_tree.h"
#include "backends/filesystem/tree/string_reader.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Digest DigestOf(const MemoryLayer& layer, const std::vector<std::string>& from,
                const std::vector<std::string>& exclude = {}, bool parents = false) {
  const auto digest =
      DigestSelection(MemoryTree({layer}), {.from = from, .exclude = exclude, .parents = parents});
  EXPECT_TRUE(digest.ok()) << (digest.ok() ? "" : digest.error().message());
  return digest.ok() ? *digest : Digest();
}

MemoryLayer Sources() {
  return MemoryLayer()
      .Directory("src")
      .File("src/main.c", "int main;")
      .Directory("src/lib")
      .File("src/lib/a.c", "a")
      .Symlink("src/link", "main.c")
      .File("README", "text")
      .File("Makefile", "all:");
}

TreeEntry Entry(std::string path, EntryType type, uint32_t mode = 0644) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.type = type;
  entry.mode = mode;
  return entry;
}

TEST(DigestSelection, IgnoresWhatIsNotSelected) {
  const Digest digest = DigestOf(Sources(), {"src"});
  EXPECT_EQ(digest, DigestOf(Sources().File("new", "file").File("README", "other"), {"src"}));
  EXPECT_NE(digest, DigestOf(Sources().File("src/new", ""), {"src"}));
}

TEST(DigestSelection, IgnoresTimes) {
  TreeEntry file = Entry("src/main.c", EntryType::kFile);
  file.mtime = {.seconds = 77, .nanoseconds = 7};
  EXPECT_EQ(DigestOf(Sources(), {"src"}), DigestOf(Sources().Entry(file, "int main;"), {"src"}));
}

TEST(DigestSelection, ChangesWithEveryPropertyOfAFile) {
  const Digest digest = DigestOf(Sources(), {"src"});
  EXPECT_NE(digest, DigestOf(Sources().File("src/main.c", "int main!"), {"src"})) << "content";
  EXPECT_NE(digest, DigestOf(Sources().File("src/main.c", "int main;", 0755), {"src"})) << "mode";
  EXPECT_NE(digest, DigestOf(Sources().File("src/main.c", "int main;", 0644, 1), {"src"})) << "uid";
  EXPECT_NE(digest, DigestOf(Sources().File("src/main.c", "int main;", 0644, 0, 1), {"src"}))
      << "gid";
  EXPECT_NE(digest, DigestOf(Sources().Symlink("src/link", "lib"), {"src"})) << "link target";
  EXPECT_NE(digest, DigestOf(Sources().File("src/link", "main.c"), {"src"})) << "type";
  EXPECT_NE(digest, DigestOf(Sources().Directory("src/lib", 0700), {"src"})) << "directory mode";
  EXPECT_NE(digest, DigestOf(Sources().Directory("src", 0700), {"src"})) << "source's own mode";
  EXPECT_NE(digest, DigestOf(Sources().HardLink("src/lib/a.c", "src/main.c"), {"src"})) << "links";
  TreeEntry capable = Entry("src/main.c", EntryType::kFile);
  capable.xattrs["security.capability"] = "x";
  EXPECT_NE(digest, DigestOf(Sources().Entry(capable, "int main;"), {"src"})) << "xattrs";
}

TEST(DigestSelection, TellsDevicesApart) {
  TreeEntry device = Entry("d/null", EntryType::kCharDevice);
  device.device_major = 1;
  device.device_minor = 3;
  const Digest digest = DigestOf(MemoryLayer().Entry(device), {"d"});
  device.device_minor = 5;
  EXPECT_NE(digest, DigestOf(MemoryLayer().Entry(device), {"d"}));
}

TEST(DigestSelection, DoesNotConfuseContentWithStructure) {
  EXPECT_NE(DigestOf(MemoryLayer().File("d/a", "x").File("d/b", ""), {"d"}),
            DigestOf(MemoryLayer().File("d/a", "").File("d/b", "x"), {"d"}));
  EXPECT_NE(DigestOf(MemoryLayer().File("a/x", "1").File("b/y", "2"), {"a", "b"}),
            DigestOf(MemoryLayer().File("a/x", "1").File("a/y", "2").Directory("b"), {"a", "b"}));
}

TEST(DigestSelection, NamesAreThoseBelowTheMatchedSource) {
  EXPECT_EQ(DigestOf(MemoryLayer().File("one/x", "1"), {"one"}),
            DigestOf(MemoryLayer().File("deep/two/x", "1"), {"deep/two"}));
  EXPECT_NE(DigestOf(MemoryLayer().File("one", "1"), {"one"}),
            DigestOf(MemoryLayer().File("two", "1"), {"two"}));
}

TEST(DigestSelection, WildcardSelectsNamesOfOneDirectory) {
  const Digest digest = DigestOf(Sources(), {"src/*.c"});
  EXPECT_EQ(digest, DigestOf(Sources().File("src/lib/b.c", "b").File("src/x.h", ""), {"src/*.c"}));
  EXPECT_NE(digest, DigestOf(Sources().File("src/b.c", "b"), {"src/*.c"}));
  EXPECT_NE(digest, DigestOf(Sources(), {"src/main.*", "src/lib/*.c"}));
}

TEST(DigestSelection, WildcardMayMatchNothing) {
  EXPECT_EQ(DigestOf(Sources(), {"*.none"}), DigestOf(MemoryLayer(), {"*.none"}));
}

TEST(DigestSelection, FollowsTheNamedLinkButNotTheOnesInside) {
  const MemoryLayer linked = Sources().Symlink("current", "src");
  EXPECT_EQ(DigestOf(linked, {"current"}), DigestOf(linked, {"src"}));
  EXPECT_NE(DigestOf(linked, {"current"}), DigestOf(linked, {"README"}));
  // A file keeps the name by which it was asked for.
  EXPECT_EQ(DigestOf(Sources().Symlink("NOTES", "README"), {"NOTES"}),
            DigestOf(MemoryLayer().File("NOTES", "text"), {"NOTES"}));
}

TEST(DigestSelection, LeavesOutWhatIsExcluded) {
  const Digest digest = DigestOf(Sources(), {"src"}, {"lib"});
  EXPECT_EQ(digest, DigestOf(Sources().File("src/lib/a.c", "other"), {"src"}, {"lib"}));
  EXPECT_NE(digest, DigestOf(Sources().File("src/main.c", "other"), {"src"}, {"lib"}));
  EXPECT_NE(digest, DigestOf(Sources(), {"src"}, {"lib", "!lib/a.c"}));
}

TEST(DigestSelection, KeepsPathsWithParents) {
  const MemoryLayer one = MemoryLayer().Directory("a").Directory("a/b").File("a/b/x", "1");
  EXPECT_EQ(DigestOf(one, {"./a/./b/x"}, {}, true),
            DigestOf(MemoryLayer().Directory("c").Directory("c/b").File("c/b/x", "1"),
                     {"./c/./b/x"}, {}, true));
  EXPECT_NE(DigestOf(one, {"a/b/x"}, {}, true),
            DigestOf(MemoryLayer().Directory("a").Directory("a/b", 0700).File("a/b/x", "1"),
                     {"a/b/x"}, {}, true))
      << "a parent's mode is kept";
}

TEST(DigestSelection, MissingLiteralSaysWhetherItIsExcluded) {
  for (const bool parents : {false, true}) {
    const auto is_excluded = [](const std::string& path) { return path == "dist/app"; };
    auto missing =
        DigestSelection(MemoryTree({Sources()}),
                        {.from = {"/dist/app"}, .parents = parents, .is_excluded = is_excluded});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().kind(), DiagnosticKind::kMissingSource);
    EXPECT_EQ(missing.error().message(),
              "`dist/app` is not in the build context; .dockerignore excludes it");
    missing =
        DigestSelection(MemoryTree({Sources()}), {.from = {"src", "../none"}, .parents = parents});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().message(), "`none` is not in the build context");
  }
}

// A file that tells its digest, and cannot be read when it does.
class KnownFile : public ContentReader {
 public:
  KnownFile(std::optional<Digest>& known, std::string content)
      : known_(known), content_(std::move(content)), reader_(content_) {}
  Result<size_t> Read(std::span<char> buffer) override {
    if (known_) return Error(DiagnosticKind::kInternal, "read although its digest is known");
    return reader_.Read(buffer);
  }
  std::optional<Digest> KnownDigest() const override { return known_; }
  void LearnDigest(const Digest& digest) override { known_ = digest; }

 private:
  std::optional<Digest>& known_;
  std::string content_;
  StringReader reader_;
};

class KnownContent : public ContentStore {
 public:
  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry&) const override {
    return std::unique_ptr<ContentReader>(std::make_unique<KnownFile>(known, "text"));
  }
  mutable std::optional<Digest> known;
};

TEST(DigestSelection, ReadsAFileOnceAndKnowsItThen) {
  TreeLayer layer = MemoryLayer().File("a", "text").Build();
  const auto content = std::make_shared<KnownContent>();
  layer.content = content;
  FileTree tree;
  tree.Push(layer);
  const auto read = DigestSelection(tree, {.from = {"a"}});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, DigestOf(MemoryLayer().File("a", "text"), {"a"}));
  EXPECT_EQ(content->known, Digest::Of("text"));
  const auto known = DigestSelection(tree, {.from = {"a"}});
  ASSERT_TRUE(known.ok()) << known.error().message();
  EXPECT_EQ(*known, *read);
}

TEST(DigestSelection, ReportsAFileThatShrankWhileItWasRead) {
  TreeLayer layer = MemoryLayer().File("a", "12345").Build();
  layer.content = std::make_shared<MemoryContent>(std::map<std::string, std::string>{{"a", "123"}});
  FileTree tree;
  tree.Push(layer);
  const auto digest = DigestSelection(tree, {.from = {"a"}});
  ASSERT_FALSE(digest.ok());
}

TEST(ListSelection, NamesFilesByTheirPathsInTheContext) {
  MemoryLayer layer = Sources();
  const auto list = [&](Selection selection) {
    const auto files = ListSelection(MemoryTree({layer}), selection);
    std::string text;
    EXPECT_TRUE(files.ok());
    if (!files.ok()) return text;
    for (const KeyFile& file : *files) {
      text += file.path + " " + file.attributes + " " +
              (file.content ? file.content->ShortHex() : "-") + "\n";
    }
    return text;
  };
  EXPECT_EQ(list({.from = {"README", "src/lib"}}),
            "README file 0644 0:0 982d9e3eb996\n"
            "src/lib directory 0755 0:0 -\n"
            "src/lib/a.c file 0644 0:0 ca978112ca1b\n");
  EXPECT_EQ(list({.from = {"src/./lib"}, .parents = true}),
            "src/lib directory 0755 0:0 -\n"
            "src/lib/a.c file 0644 0:0 ca978112ca1b\n");
  layer.Symlink("src/lib/to \n", "a.c").File("empty", "");
  EXPECT_EQ(list({.from = {"src/l*", "empty"}, .exclude = {"**/*.c"}}),
            "src/lib directory 0755 0:0 -\n"
            "src/lib/to \\n symlink 0777 0:0 -> a.c -\n"
            "src/link file 0644 0:0 d0044c695f61\n"
            "empty file 0644 0:0 -\n");
}

TEST(ListSelection, ListsNothingOfWhatNobodyCanRead) {
  const FileTree tree = MemoryTree({Sources()});
  const auto all = ListSelection(tree, {.from = {"README", "Makefile"}}, {}, 2);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 2u);
  const auto too_many = ListSelection(tree, {.from = {"README", "Makefile"}}, {}, 1);
  ASSERT_TRUE(too_many.ok());
  EXPECT_TRUE(too_many->empty());
}

}  // namespace
}  // namespace cooper
