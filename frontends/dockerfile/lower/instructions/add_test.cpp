#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/lower/testing/file_lowering_fixture.h"
#include "ir/graph/text/graph_printer.h"

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using AddTest = FileLoweringTest;

TEST_F(AddTest, ClonesRepositories) {
  EXPECT_EQ(Vertices("FROM scratch\nADD --chown=1 --link https://h/a.git?tag=v1&subdir=x /src\n"),
            "%stage0.from = source.scratch\n"
            "%stage0.clone = source.git \"https://h/a.git\" ref=\"refs/tags/v1\" subdir=\"x\"\n"
            "%stage0.add = file.copy (%stage0.from, %stage0.clone) from=[\".\"] to=\"/src\" "
            "chown=\"1\" link=true\n");
}

TEST_F(AddTest, HasChecksumAndGitDirectoryOfARepository) {
  EXPECT_THAT(Vertices("FROM scratch\nARG S=c0ffee\n"
                       "ADD --checksum=$S --keep-git-dir=true git@h:a.git#main /src\n"),
              HasSubstr("source.git \"git@h:a.git\" ref=\"main\" checksum=\"c0ffee\" "
                        "keep_git_dir=true\n"));
}

TEST_F(AddTest, RefusesFlagsThatContradictTheQuery) {
  Lower(
      "FROM scratch\nADD --keep-git-dir=false https://h/a.git?keep-git-dir=true /\n"
      "ADD --checksum=aaaa https://h/a.git?commit=bbbb /\nADD --checksum=main git@h:a /\n"
      "ADD --checksum=aaaa a /\nADD git@h:a?nosuch /\n");
  EXPECT_EQ(Messages(),
            "2: inconsistent keep-git-dir configuration; the flag and the query differ\n"
            "3: checksum mismatch `aaaa` != `bbbb`; the flag and the query differ\n"
            "4: invalid checksum `main`; it is a commit's name, or its beginning, in hexadecimal "
            "digits\n"
            "5: checksum requires HTTP(S) or Git sources\n"
            "6: unexpected query `nosuch`\n");
}

TEST_F(AddTest, UnpacksUrlsWhenAsked) {
  EXPECT_EQ(Vertices("FROM scratch\nADD --unpack https://h/a.tar /opt/\n"),
            "%stage0.from = source.scratch\n"
            "%stage0.fetch = source.http \"https://h/a.tar\" filename=\"a.tar\"\n"
            "%stage0.add = file.unpack (%stage0.from, %stage0.fetch) from=[\"a.tar\"] "
            "to=\"/opt/\"\n");
}

TEST_F(AddTest, NamesAFileAfterThePathOfItsUrl) {
  EXPECT_EQ(Vertices("FROM scratch\nADD https://h/a%20%5B1%5D.txt?x=/y /o/\n"),
            "%stage0.from = source.scratch\n"
            "%stage0.fetch = source.http \"https://h/a%20%5B1%5D.txt?x=/y\" "
            "filename=\"a [1].txt\"\n"
            "%stage0.add = file.copy (%stage0.from, %stage0.fetch) "
            "from=[\"a \\\\[1].txt\"] to=\"/o/\"\n");
}

TEST_F(AddTest, RefusesANameThatNoFileCanHave) {
  Lower("FROM scratch\nADD https://h/a%00b /o/\n");
  EXPECT_EQ(Messages(), "2: the file name in the URL has a NUL byte\n");
}

TEST_F(AddTest, KeepsCredentialsOutOfGraphAndHistory) {
  const std::optional<BuildGraph> graph =
      Lower("FROM scratch\nARG U=me:\nADD https://${U}secret@h/a /o/\n");
  ASSERT_TRUE(graph) << Messages();
  EXPECT_THAT(PrintGraph(*graph, {.metadata = true}), Not(HasSubstr("secret")));
  EXPECT_EQ(graph->targets()[0].history.back().created_by, "ADD https://h/a /o/");
  EXPECT_EQ(graph->vertex(*graph->Find("stage0.fetch")).metadata.userinfo, "me:secret");
  EXPECT_EQ(graph->vertex(*graph->Find("stage0.fetch")).metadata.display_name,
            "ADD https://xxxxxxxxxx@h/a /o/");
}

TEST_F(AddTest, KeepsTheOrderOfItsSources) {
  std::vector<std::string> names;
  const std::optional<BuildGraph> graph =
      Lower("FROM scratch\nADD a b https://h/c git@h:d e /x/\n");
  ASSERT_TRUE(graph) << Messages();
  for (const Vertex& vertex : graph->vertices()) {
    if (const auto* copy = std::get_if<FileCopyOp>(&vertex.op)) names.push_back(copy->from.back());
    if (const auto* add = std::get_if<FileUnpackOp>(&vertex.op)) names.push_back(add->from.back());
  }
  EXPECT_THAT(names, ElementsAre("b", "c", ".", "e"));
}

TEST_F(AddTest, LinksArchives) {
  EXPECT_THAT(
      Vertices("FROM scratch\nADD --link a.tar /\n"),
      HasSubstr("file.unpack (%stage0.from, %context) from=[\"a.tar\"] to=\"/\" link=true"));
}

TEST_F(AddTest, RefusesAHeredocThatNamesNoFile) {
  Lower("FROM scratch\nADD <<. /x\n.\n");
  EXPECT_EQ(Messages(), "2: heredoc `<<.` names no file\n");
}

}  // namespace
}  // namespace cooper
