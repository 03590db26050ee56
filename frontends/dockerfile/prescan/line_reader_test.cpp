#include "frontends/dockerfile/prescan/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/prescan/heredoc_marker.h"

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LineReaderTest : public ::testing::Test {
 protected:
  std::vector<LogicalLine> Read(std::string text) {
    const uint32_t file = files_.Add("Dockerfile", std::move(text));
    LineReader reader(files_, file, diagnostics_);
    directives_ = reader.directives();
    std::vector<LogicalLine> lines;
    while (std::optional<LogicalLine> line = reader.Next()) {
      reader.ReadHeredocs(*line, FindHeredocMarkers(line->text));
      lines.push_back(*std::move(line));
    }
    return lines;
  }

  SourceFiles files_;
  DiagnosticEngine diagnostics_;
  Directives directives_;
};

TEST_F(LineReaderTest, JoinsContinuationsAndKeepsPlaces) {
  const std::vector<LogicalLine> lines = Read("  RUN a \\\n# note\n\n   b \\  \nc\nCMD d\n");
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].text, "RUN a    b c");
  EXPECT_EQ(lines[0].first_line, 1u);
  EXPECT_EQ(lines[0].last_line, 5u);
  EXPECT_THAT(lines[0].empty_continuations, ElementsAre(3u));
  EXPECT_EQ(lines[0].PositionOf(0), (SourcePosition{1, 3}));
  EXPECT_EQ(lines[0].PositionOf(9), (SourcePosition{4, 4}));
  EXPECT_EQ(lines[0].RangeOf(11, 12), (SourceRange{0, {5, 1}, {5, 2}}));
  EXPECT_EQ(lines[1].first_line, 6u);
}

TEST_F(LineReaderTest, LeavesAnEscapedEscapeAlone) {
  const std::vector<LogicalLine> lines = Read("RUN a \\\\\nRUN b\\");
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].text, "RUN a \\\\");
  EXPECT_EQ(lines[1].text, "RUN b");
}

TEST_F(LineReaderTest, ReadsByteOrderMarkAndCarriageReturns) {
  const std::vector<LogicalLine> lines = Read("\xEF\xBB\xBF# escape=`\r\nRUN a `\r\n b\r\n");
  EXPECT_EQ(directives_.escape, '`');
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].text, "RUN a  b");
}

TEST_F(LineReaderTest, KeepsCommentsDirectlyAbove) {
  const std::vector<LogicalLine> lines =
      Read("# lost\n#\n# one\n # two\n\nFROM a\nRUN b \\\n# inside\n c\nRUN d\n");
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0].comments, ElementsAre("one", "# two"));
  EXPECT_THAT(lines[1].comments, IsEmpty());
  EXPECT_THAT(lines[2].comments, IsEmpty());
}

TEST_F(LineReaderTest, EndsTheDirectivesAtTheFirstOtherLine) {
  Read(
      "# Syntax = docker/dockerfile:1 \n# check=skip=all;error=true\n# other=1\n# escape=`\nFROM "
      "a\n");
  ASSERT_TRUE(directives_.syntax.has_value());
  EXPECT_EQ(directives_.syntax->value, "docker/dockerfile:1");
  ASSERT_TRUE(directives_.check.has_value());
  EXPECT_EQ(directives_.check->value, "skip=all;error=true");
  EXPECT_EQ(directives_.escape, '\\');
}

TEST_F(LineReaderTest, ReportsBadDirectives) {
  Read("# escape=x\n# escape=`\nFROM a\n");
  const std::vector<Diagnostic> found = diagnostics_.Sorted();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_THAT(found[0].message, HasSubstr("invalid escape token `x`"));
  EXPECT_THAT(found[1].message, HasSubstr("only one `escape`"));
  EXPECT_EQ(found[1].range->begin.line, 2u);
}

TEST_F(LineReaderTest, AttachesHeredocsInOrder) {
  const std::vector<LogicalLine> lines =
      Read("RUN <<A cat 3<<-\"B\" > x\none\nA\n\ttwo $x\n\tB\nRUN c\n");
  ASSERT_THAT(lines, SizeIs(2));
  ASSERT_THAT(lines[0].heredocs, SizeIs(2));
  EXPECT_EQ(lines[0].heredocs[0].name, "A");
  EXPECT_EQ(lines[0].heredocs[0].content, "one\n");
  EXPECT_TRUE(lines[0].heredocs[0].expand);
  EXPECT_EQ(lines[0].heredocs[1].name, "B");
  EXPECT_EQ(lines[0].heredocs[1].file_descriptor, 3u);
  EXPECT_FALSE(lines[0].heredocs[1].expand);
  EXPECT_EQ(lines[0].heredocs[1].content, "\ttwo $x\n");
  EXPECT_EQ(lines[0].heredocs[1].Text(), "two $x\n");
  EXPECT_EQ(lines[0].last_line, 5u);
}

TEST_F(LineReaderTest, ReportsAnUnterminatedHeredoc) {
  Read("RUN <<EOF\nEOF2\n");
  const std::vector<Diagnostic> found = diagnostics_.Sorted();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].message, "unterminated heredoc; no line is `EOF`");
}

TEST_F(LineReaderTest, RefusesALineBeyondTheLimit) {
  EXPECT_THAT(Read("RUN a\nRUN " + std::string(kMaxPhysicalLineBytes, 'x') + "\n"), SizeIs(1));
  EXPECT_EQ(diagnostics_.Sorted().at(0).kind, DiagnosticKind::kLimitExceeded);
}

TEST(HeredocMarker, KnowsMarkersFromOtherWords) {
  EXPECT_TRUE(ParseHeredocMarker("<<EOF").has_value());
  EXPECT_TRUE(ParseHeredocMarker("<<- 'a b'").has_value());
  EXPECT_FALSE(ParseHeredocMarker("<<E\"O\"F")->expand);
  EXPECT_FALSE(ParseHeredocMarker("<<").has_value());
  EXPECT_FALSE(ParseHeredocMarker("<<<EOF").has_value());
  EXPECT_FALSE(ParseHeredocMarker("<EOF").has_value());
  EXPECT_FALSE(ParseHeredocMarker("a<<EOF").has_value());
  EXPECT_THAT(FindHeredocMarkers("cat <<A \"<<B\" 'x <<C"), IsEmpty());
  EXPECT_THAT(FindHeredocMarkers("cat <<A; x <<B>y"), SizeIs(2));
}

}  // namespace
}  // namespace cooper
