#include <string>
#include <vector>

#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/testing/memory_tree.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

using Names = std::vector<std::string>;

constexpr FileTime kNow = {.seconds = 99, .nanoseconds = 0};

FileTree Context() {
  return MemoryTree({MemoryLayer()
                         .File("a.txt", "a")
                         .File("b.txt", "bb", 0640, 7, 8)
                         .Directory("d", 0700, 7, 8)
                         .File("d/one.txt", "1")
                         .File("d/two.md", "2")
                         .Directory("d/sub", 02775)
                         .File("d/sub/three.txt", "3")
                         .Symlink("d/link", "one.txt")
                         .Symlink("ln", "d")
                         .Symlink("lf", "a.txt")
                         .Symlink("dangling", "nowhere")});
}

Status Run(const FileCopyOp& op, const FileTree& base, RecordingSink& sink,
           const FileTree& source = Context()) {
  return ApplyCopy(op, source, {.base = base, .now = kNow, .archives = {}}, sink);
}

RecordingSink Copied(const FileCopyOp& op, const FileTree& base = FileTree(),
                     const FileTree& source = Context()) {
  RecordingSink sink;
  const Status status = Run(op, base, sink, source);
  EXPECT_TRUE(status.ok()) << status.error().message();
  return sink;
}

std::string Failure(const FileCopyOp& op, const FileTree& base = FileTree(),
                    const FileTree& source = Context()) {
  RecordingSink sink;
  const Status status = Run(op, base, sink, source);
  EXPECT_FALSE(status.ok());
  return status.ok() ? "" : status.error().message();
}

FileCopyOp Op(std::vector<std::string> from, std::string to) {
  FileCopyOp op;
  op.from = std::move(from);
  op.to = std::move(to);
  return op;
}

TEST(Copy, FileTakesTheNewNameOrGoesIntoADirectory) {
  EXPECT_EQ(Copied(Op({"a.txt"}, "/x/y")).Paths(), (Names{"x", "x/y"}));
  EXPECT_EQ(Copied(Op({"a.txt"}, "/x/y/")).Paths(), (Names{"x", "x/y", "x/y/a.txt"}));
  const FileTree base = MemoryTree({MemoryLayer().Directory("home")});
  EXPECT_EQ(Copied(Op({"a.txt"}, "/home"), base).Paths(), (Names{"home", "home/a.txt"}));
  EXPECT_EQ(Copied(Op({"a.txt"}, "/"), base).Paths(), Names{"a.txt"});
}

TEST(Copy, KeepsModeTimeAndContentButNotTheOwner) {
  const RecordingSink sink = Copied(Op({"b.txt"}, "/x/"));
  const TreeEntry& file = *sink.Find("x/b.txt");
  EXPECT_EQ(file.mode, 0640U);
  EXPECT_EQ(file.uid, 0U);
  EXPECT_EQ(file.mtime.seconds, 1);
  EXPECT_EQ(sink.Content("x/b.txt"), "bb");
  EXPECT_EQ(sink.Find("x")->mode, 0755U);
  EXPECT_EQ(sink.Find("x")->mtime, kNow);
}

TEST(Copy, KeepsOwnersWhereAsked) {
  FileCopyOp op = Op({"b.txt"}, "/n/");
  op.keep_owner = true;
  const RecordingSink sink = Copied(op);
  EXPECT_EQ(sink.Find("n")->uid, 0U);
  EXPECT_EQ(sink.Find("n/b.txt")->uid, 7U);
}

TEST(Copy, DirectoryGivesItsContents) {
  const RecordingSink sink = Copied(Op({"d"}, "/o"));
  EXPECT_EQ(sink.Paths(),
            (Names{"o", "o/link", "o/one.txt", "o/sub", "o/sub/three.txt", "o/two.md"}));
  EXPECT_EQ(sink.Find("o/sub")->mode, 02775U);
  EXPECT_EQ(sink.Find("o/link")->link, "one.txt");
}

TEST(Copy, NewTopDirectoryIsMadeLikeAnImplicitParent) {
  FileCopyOp op = Op({"d"}, "/o");
  op.keep_owner = true;
  EXPECT_EQ(Copied(op).Find("o")->mode, 0755U);
  EXPECT_EQ(Copied(op).Find("o")->uid, 0U);
  op.chown = "3:4";
  op.chmod = "0711";
  EXPECT_EQ(Copied(op).Find("o")->mode, 0711U);
  EXPECT_EQ(Copied(op).Find("o")->gid, 4U);
}

TEST(Copy, ExistingTopDirectoryKeepsItsOwnMode) {
  const FileTree base = MemoryTree({MemoryLayer()
                                        .Directory("o", 0711, 3, 4)
                                        .Directory("o/sub", 0700, 3, 4)
                                        .File("o/sub/keep", "k")});
  const RecordingSink sink = Copied(Op({"d"}, "/o"), base);
  EXPECT_EQ(sink.Find("o")->mode, 0711U);
  EXPECT_EQ(sink.Find("o")->uid, 3U);
  EXPECT_EQ(sink.Find("o/sub")->mode, 02775U);
  EXPECT_EQ(sink.Find("o/sub")->uid, 0U);
  EXPECT_FALSE(sink.Find("o/sub")->opaque);
}

// Who unpacks the layer into a directory of its own must learn their modes.
TEST(Copy, DirectoriesOfTheBaseThatLeadToAFileComeAsTheyAre) {
  const FileTree base = MemoryTree({MemoryLayer()
                                        .Directory("tmp", 01777, 3, 4)
                                        .Directory("tmp/x", 0700)
                                        .File("unlisted/y")
                                        .Symlink("to-x", "tmp/x")});
  const RecordingSink sink = Copied(Op({"a.txt"}, "/to-x/"), base);
  EXPECT_EQ(sink.Paths(), (Names{"tmp", "tmp/x", "tmp/x/a.txt"}));
  EXPECT_EQ(*sink.Find("tmp"), *base.Find("tmp"));
  EXPECT_EQ(*sink.Find("tmp/x"), *base.Find("tmp/x"));
  EXPECT_EQ(Copied(Op({"a.txt"}, "/unlisted/"), base).Paths(), Names{"unlisted/a.txt"});
}

TEST(Copy, UnchangedSubdirectoryIsNotListedWithoutFiles) {
  const FileTree base = MemoryTree({MemoryLayer().Directory("o").Directory("o/sub", 02775)});
  FileCopyOp op = Op({"d"}, "/o");
  op.exclude = {"sub/*"};
  EXPECT_EQ(Copied(op, base).Paths(), (Names{"o", "o/link", "o/one.txt", "o/two.md"}));
}

TEST(Copy, RootOfTheSourceTakesTheTimeOfNow) {
  EXPECT_EQ(Copied(Op({"."}, "/all")).Find("all")->mtime, kNow);
}

TEST(Copy, SourcesAreClampedAndCleaned) {
  EXPECT_EQ(Copied(Op({"../../d/./../a.txt"}, "/1")).Content("1"), "a");
  EXPECT_EQ(Copied(Op({"/a.txt"}, "/p/./q/../r/")).Paths(), (Names{"p", "p/r", "p/r/a.txt"}));
  EXPECT_EQ(Copied(Op({"/a.txt"}, "/../../x")).Paths(), Names{"x"});
}

TEST(Copy, FollowsANamedSourceButKeepsItsName) {
  const RecordingSink sink = Copied(Op({"lf"}, "/dir/"));
  EXPECT_EQ(sink.Find("dir/lf")->type, EntryType::kFile);
  EXPECT_EQ(sink.Content("dir/lf"), "a");
  EXPECT_EQ(Copied(Op({"ln/sub/three.txt"}, "/3")).Content("3"), "3");
  EXPECT_NE(Copied(Op({"ln"}, "/o")).Find("o/sub/three.txt"), nullptr);
}

TEST(Copy, WildcardsMatchOneNameEachAndMayMatchNothing) {
  EXPECT_EQ(Copied(Op({"*.txt"}, "/o/")).Paths(), (Names{"o", "o/a.txt", "o/b.txt"}));
  EXPECT_EQ(Copied(Op({"*/*.txt"}, "/o/")).Paths(), (Names{"o", "o/one.txt"}));
  EXPECT_EQ(Copied(Op({"d/s?b/*"}, "/o/")).Paths(), (Names{"o", "o/three.txt"}));
  EXPECT_TRUE(Copied(Op({"*.none"}, "/o/")).Paths().empty());
  EXPECT_EQ(Copied(Op({"*.none", "a.txt"}, "/o/")).Paths(), (Names{"o", "o/a.txt"}));
}

TEST(Copy, LiteralSourceMustExist) {
  EXPECT_EQ(Failure(Op({"nope"}, "/")), "`/nope` is not in the source tree");
  EXPECT_EQ(Failure(Op({"../secret"}, "/")), "`/secret` is not in the source tree");
  EXPECT_EQ(Failure(Op({"dangling"}, "/")), "`/dangling` is not in the source tree");
  EXPECT_EQ(Failure(Op({"a["}, "/")), "malformed pattern `a[`");
}

TEST(Copy, BackslashIsPartOfANameOrAnEscape) {
  const FileTree source = MemoryTree({MemoryLayer().File("b\\s", "x").File("s*r", "y")});
  EXPECT_EQ(Copied(Op({"b\\s"}, "/1"), FileTree(), source).Content("1"), "x");
  EXPECT_EQ(Copied(Op({"s\\*r"}, "/1"), FileTree(), source).Content("1"), "y");
}

TEST(Copy, LaterSourcesWinAndThePathComesOnce) {
  const RecordingSink sink = Copied(Op({"a.txt", "b.txt"}, "/d"));
  EXPECT_EQ(sink.Paths(), Names{"d"});
  EXPECT_EQ(sink.Content("d"), "bb");
}

TEST(Copy, LaterSourcesSeeWhatEarlierOnesMade) {
  EXPECT_EQ(Copied(Op({"d", "a.txt"}, "/o")).Content("o/a.txt"), "a");
  EXPECT_EQ(Failure(Op({"a.txt", "d"}, "/o")), "cannot copy to non-directory: `/o`");
}

TEST(Copy, FollowsLinksOfTheDestinationInsideTheBase) {
  const FileTree base = MemoryTree({MemoryLayer()
                                        .File("target", "old")
                                        .Symlink("link", "/target")
                                        .Symlink("gone", "/no/file")
                                        .Symlink("dir", "/no/dir")
                                        .Directory("tmp", 01777)
                                        .Symlink("esc", "../../../../tmp")});
  EXPECT_EQ(Copied(Op({"a.txt"}, "/link"), base).Paths(), Names{"target"});
  EXPECT_EQ(Copied(Op({"a.txt"}, "/gone"), base).Paths(), (Names{"no", "no/file"}));
  EXPECT_EQ(Copied(Op({"a.txt"}, "/dir/"), base).Paths(), (Names{"no", "no/dir", "no/dir/a.txt"}));
  EXPECT_EQ(Copied(Op({"a.txt"}, "/esc/"), base).Paths(), (Names{"tmp", "tmp/a.txt"}));
}

TEST(Copy, ReplacesALinkInsideADirectoryInsteadOfFollowingIt) {
  const FileTree base = MemoryTree(
      {MemoryLayer().Directory("o").Symlink("o/a.txt", "/etc/passwd").File("etc/passwd")});
  EXPECT_EQ(Copied(Op({"a.txt"}, "/o/"), base).Paths(), (Names{"o", "o/a.txt"}));
}

TEST(Copy, FileNeverReplacesADirectoryNorADirectoryAFile) {
  const FileTree base = MemoryTree({MemoryLayer().Directory("o/a.txt").File("f").File("p/sub")});
  EXPECT_EQ(Failure(Op({"a.txt"}, "/o"), base), "cannot replace to directory `/o/a.txt` with file");
  EXPECT_EQ(Failure(Op({"d"}, "/f"), base), "cannot copy to non-directory: `/f`");
  EXPECT_EQ(Failure(Op({"d"}, "/p"), base), "cannot copy to non-directory: `/p/sub`");
  EXPECT_EQ(Failure(Op({"a.txt"}, "/f/x"), base),
            "cannot make directory `/f`: `/f` is not a directory");
}

TEST(Copy, DirectoryOverALinkToADirectoryIsAnError) {
  const FileTree base = MemoryTree({MemoryLayer().Symlink("o/sub", "/real").Directory("real")});
  EXPECT_EQ(Failure(Op({"d"}, "/o"), base), "cannot copy to non-directory: `/o/sub`");
}

TEST(Copy, LinkLoopInTheDestinationIsAnError) {
  const FileTree base = MemoryTree({MemoryLayer().Symlink("l1", "/l2").Symlink("l2", "/l1")});
  EXPECT_NE(Failure(Op({"a.txt"}, "/l1/"), base).find("too many symbolic links"),
            std::string::npos);
}

TEST(Copy, OctalChmodAndChownReachImplicitParents) {
  FileCopyOp op = Op({"a.txt"}, "/n/d/");
  op.chmod = "0640";
  op.chown = "12:34";
  const RecordingSink sink = Copied(op);
  for (const char* path : {"n", "n/d", "n/d/a.txt"}) {
    EXPECT_EQ(sink.Find(path)->mode, 0640U) << path;
    EXPECT_EQ(sink.Find(path)->gid, 34U) << path;
  }
}

TEST(Copy, SymbolicChmodLeavesImplicitParentsAt0755) {
  FileCopyOp op = Op({"d"}, "/n/o");
  op.chmod = "go=u,a-w";
  const RecordingSink sink = Copied(op);
  EXPECT_EQ(sink.Find("n")->mode, 0755U);
  EXPECT_EQ(sink.Find("n/o")->mode, 0755U);
  EXPECT_EQ(sink.Find("n/o/sub")->mode, 0555U);
  EXPECT_EQ(sink.Find("n/o/one.txt")->mode, 0444U);
  EXPECT_EQ(sink.Find("n/o/link")->mode, 0777U);
}

TEST(Copy, ChownNamesAreLookedUpInTheBase) {
  const FileTree base = MemoryTree({MemoryLayer().File("etc/passwd", "app:x:10:20::/:\n")});
  FileCopyOp op = Op({"a.txt"}, "/a");
  op.chown = "app";
  EXPECT_EQ(Copied(op, base).Find("a")->uid, 10U);
  op.link = true;
  EXPECT_EQ(Copied(op, base).Find("a")->gid, 20U);
  EXPECT_NE(Failure(op).find("/etc/passwd"), std::string::npos);
}

TEST(Copy, KeepsHardLinksInsideOneSource) {
  const FileTree source = MemoryTree(
      {MemoryLayer().Directory("d").File("d/a", "x").HardLink("d/b", "d/a").HardLink("c", "d/a")});
  const RecordingSink sink = Copied(Op({"d", "c"}, "/o/"), FileTree(), source);
  EXPECT_EQ(sink.Find("o/b")->type, EntryType::kHardLink);
  EXPECT_EQ(sink.Find("o/b")->link, "o/a");
  EXPECT_EQ(sink.Find("o/c")->type, EntryType::kFile);
  EXPECT_EQ(sink.Content("o/c"), "x");
}

TEST(Copy, OverwrittenFirstNameLeavesTheOtherNameItsContent) {
  const FileTree source = MemoryTree(
      {MemoryLayer().Directory("d").File("d/a", "x").HardLink("d/b", "d/a").File("e/a", "new")});
  const RecordingSink sink = Copied(Op({"d", "e"}, "/o/"), FileTree(), source);
  EXPECT_EQ(sink.Content("o/a"), "new");
  EXPECT_EQ(sink.Find("o/b")->type, EntryType::kFile);
  EXPECT_EQ(sink.Content("o/b"), "x");
}

TEST(Copy, SpecialFilesAreMadeAgain) {
  TreeEntry device;
  device.path = "s/c";
  device.type = EntryType::kCharDevice;
  device.device_major = 1;
  device.device_minor = 3;
  const FileTree source = MemoryTree({MemoryLayer().Entry(device)});
  EXPECT_EQ(Copied(Op({"s"}, "/s"), FileTree(), source).Find("s/c")->device_minor, 3U);
}

TEST(Copy, ExcludeCountsFromTheSourceDirectory) {
  FileCopyOp op = Op({"d"}, "/o");
  op.exclude = {"sub", "*.md"};
  EXPECT_EQ(Copied(op).Paths(), (Names{"o", "o/link", "o/one.txt"}));
  op.exclude = {"*", "!sub/three.txt"};
  EXPECT_EQ(Copied(op).Paths(), (Names{"o", "o/sub", "o/sub/three.txt"}));
  op.exclude = {"*"};
  EXPECT_EQ(Copied(op).Paths(), Names{"o"});
}

TEST(Copy, ExcludeComparesANamedFileByItsName) {
  FileCopyOp op = Op({"*.txt", "d/two.md"}, "/o/");
  op.exclude = {"b.*", "*.md"};
  EXPECT_EQ(Copied(op).Paths(), (Names{"o", "o/a.txt"}));
}

TEST(Copy, LinkBuildsOnNothing) {
  const FileTree base = MemoryTree(
      {MemoryLayer().Directory("home", 0700, 5, 5).Symlink("var/run", "/run").Directory("run")});
  FileCopyOp op = Op({"a.txt"}, "/home/");
  op.link = true;
  const RecordingSink home = Copied(op, base);
  EXPECT_EQ(home.Paths(), (Names{"home", "home/a.txt"}));
  EXPECT_EQ(home.Find("home")->mode, 0755U);
  op.to = "/var/run/";
  EXPECT_EQ(Copied(op, base).Paths(), (Names{"var", "var/run", "var/run/a.txt"}));
  op.to = "/home";
  EXPECT_EQ(Copied(op, base).Find("home")->type, EntryType::kFile);
}

TEST(Copy, LinkWithChmodLeavesTheParentsThatTheBaseMayHaveOpen) {
  FileCopyOp op = Op({"a.txt"}, "/tmp/n/");
  op.link = true;
  op.chmod = "0600";
  const RecordingSink sink = Copied(op);
  EXPECT_EQ(sink.Find("tmp")->mode, 0755U);
  EXPECT_EQ(sink.Find("tmp/n/a.txt")->mode, 0600U);
}

FileCopyOp ParentsOp(std::vector<std::string> from, std::string to) {
  FileCopyOp op = Op(std::move(from), std::move(to));
  op.parents = true;
  return op;
}

TEST(CopyParents, KeepsTheDirectoriesOfTheSource) {
  FileCopyOp op = ParentsOp({"d/sub/three.txt", "a.txt"}, "/o/");
  op.chown = "9";
  const RecordingSink sink = Copied(op);
  EXPECT_EQ(sink.Paths(), (Names{"o", "o/a.txt", "o/d", "o/d/sub", "o/d/sub/three.txt"}));
  EXPECT_EQ(sink.Find("o")->mode, 0755U);
  EXPECT_EQ(sink.Find("o/d")->mode, 0700U);
  EXPECT_EQ(sink.Find("o/d/sub")->mode, 02775U);
  EXPECT_EQ(sink.Find("o/d/sub")->uid, 9U);
}

TEST(CopyParents, KeepsOnlyWhatFollowsThePivot) {
  EXPECT_EQ(Copied(ParentsOp({"d/./sub/three.txt"}, "/o/")).Paths(),
            (Names{"o", "o/sub", "o/sub/three.txt"}));
  EXPECT_EQ(Copied(ParentsOp({"./d/./sub"}, "/p")).Paths(),
            (Names{"p", "p/sub", "p/sub/three.txt"}));
}

TEST(CopyParents, WildcardsMaySpanDirectories) {
  EXPECT_EQ(
      Copied(ParentsOp({"./**/*.txt"}, "/o/")).Paths(),
      (Names{"o", "o/a.txt", "o/b.txt", "o/d", "o/d/one.txt", "o/d/sub", "o/d/sub/three.txt"}));
  EXPECT_EQ(Copied(ParentsOp({"*/sub"}, "/o/")).Paths(),
            (Names{"o", "o/d", "o/d/sub", "o/d/sub/three.txt"}));
  EXPECT_TRUE(Copied(ParentsOp({"**/*.none"}, "/o/")).Paths().empty());
}

TEST(CopyParents, LiteralMustExist) {
  EXPECT_EQ(Failure(ParentsOp({"d/none"}, "/o/")), "`/d/none` is not in the source tree");
}

TEST(CopyParents, ExcludeCountsFromThePivot) {
  FileCopyOp op = ParentsOp({"d/./sub", "d/./one.txt"}, "/o/");
  op.exclude = {"sub/three.txt"};
  EXPECT_EQ(Copied(op).Paths(), (Names{"o", "o/one.txt", "o/sub"}));
}

}  // namespace
}  // namespace cooper
