#include "ir/base/diagnostic_printer.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

class DiagnosticPrinterTest : public testing::Test {
 protected:
  // A fault of columns `begin` up to `end` of line 2 of a file with that line.
  std::string Show(const std::string& line, uint32_t begin, uint32_t end) {
    SourceFiles files;
    const uint32_t file = files.Add("Dockerfile", "FROM scratch\n" + line + "\nRUN x\n");
    const Diagnostic diagnostic{DiagnosticKind::kSyntax, "oops",
                                SourceRange{file, {2, begin}, {2, end}}};
    std::string text = FormatDiagnostic(diagnostic, files);
    return text.substr(text.find('\n') + 1);  // the excerpt
  }
};

TEST_F(DiagnosticPrinterTest, ShowsPlaceKindAndUnderlinedLine) {
  SourceFiles files;
  const uint32_t file = files.Add("Dockerfile", "FROM a\nCPOY . /srv\n");
  EXPECT_EQ(FormatDiagnostic({DiagnosticKind::kUnknownInstruction,
                              "unknown instruction `CPOY`; did you mean `COPY`?",
                              SourceRange{file, {2, 1}, {2, 5}}},
                             files),
            "Dockerfile:2:1: error: unknown instruction `CPOY`; did you mean `COPY`? "
            "[unknown-instruction]\n"
            "  2 | CPOY . /srv\n"
            "    | ^~~~\n");
}

TEST_F(DiagnosticPrinterTest, KeepsTheCaretBelowItsTextAfterATab) {
  EXPECT_EQ(Show("\tRUN\tx", 6, 7), "  2 |  RUN x\n    |      ^\n");
}

TEST_F(DiagnosticPrinterTest, CountsMultiByteTextByCodePoint) {
  EXPECT_EQ(Show("\u00e9\u65e5 bad", 7, 10), "  2 | \u00e9\u65e5 bad\n    |    ^~~\n");
}

TEST_F(DiagnosticPrinterTest, WidensForEscapedControlCharacters) {
  EXPECT_EQ(Show("a\x1b"
                 "b",
                 3, 4),
            "  2 | a\\x1bb\n    |      ^\n");
  EXPECT_EQ(Show("a\x1b"
                 "b",
                 2, 3),
            "  2 | a\\x1bb\n    |  ^~~~\n");
}

TEST_F(DiagnosticPrinterTest, ShowsACaretForAnEmptyRangeAndPastTheEnd) {
  EXPECT_EQ(Show("RUN", 4, 4), "  2 | RUN\n    |    ^\n");
  EXPECT_EQ(Show("RUN", 90, 95), "  2 | RUN\n    |    ^\n");
}

TEST_F(DiagnosticPrinterTest, CutsLongLines) {
  const std::string text = Show(std::string(5'000, 'a'), 1, 4'000);
  EXPECT_EQ(text, "  2 | " + std::string(160, 'a') + "\n    | ^" + std::string(159, '~') + "\n");
}

TEST_F(DiagnosticPrinterTest, EscapesNamesAndMessages) {
  SourceFiles files;
  const uint32_t file = files.Add(
      "a\x1b"
      "b",
      "");
  EXPECT_EQ(FormatError(Error(DiagnosticKind::kSyntax, "x\ny").At({file, {1, 1}, {1, 1}}), files),
            "a\\x1bb:1:1: error: x\\ny [syntax]\n");
}

TEST_F(DiagnosticPrinterTest, ShowsNoPlaceForAFileItDoesNotHave) {
  EXPECT_EQ(
      FormatError(Error(DiagnosticKind::kStore, "full").At({9, {1, 1}, {1, 1}}).Detail("log\x07"),
                  SourceFiles()),
      "error: full [store]\n  log\\x07\n");
}

TEST_F(DiagnosticPrinterTest, SortsByPlaceAndCountsWhatIsDropped) {
  DiagnosticEngine engine;
  SourceFiles files;
  const uint32_t file = files.Add("f", "");
  engine.Report(Error(DiagnosticKind::kStore, "placeless"));
  engine.Report(DiagnosticKind::kSyntax, {file, {9, 1}, {9, 1}}, "later");
  engine.Report(DiagnosticKind::kSyntax, {file, {1, 2}, {1, 2}}, "earlier");
  EXPECT_EQ(FormatDiagnostics(engine, files),
            "f:1:2: error: earlier [syntax]\nf:9:1: error: later [syntax]\n"
            "error: placeless [store]\n");
  for (size_t i = 0; i < DiagnosticEngine::kMaxDiagnostics; ++i) {
    engine.Report(Error(DiagnosticKind::kStore, "more"));
  }
  EXPECT_TRUE(FormatDiagnostics(engine, files).ends_with("\n3 more not shown\n"));
}

TEST(DiagnosticKind, GivesExitCodesByBlame) {
  EXPECT_EQ(ExitCodeFor(DiagnosticKind::kSyntax), 1);
  EXPECT_EQ(ExitCodeFor(DiagnosticKind::kUsage), 2);
  EXPECT_EQ(ExitCodeFor(DiagnosticKind::kRegistry), 3);
  EXPECT_EQ(ExitCodeFor(DiagnosticKind::kInternal), 4);
  EXPECT_EQ(ExitCodeFor(DiagnosticKind::kInterrupted), 130);
}

TEST(SourceFiles, GivesLinesWithoutTheirEnds) {
  SourceFiles files;
  const uint32_t file = files.Add("f", "one\r\n\nthree");
  EXPECT_EQ(files.Line(file, 1), "one");
  EXPECT_EQ(files.Line(file, 2), "");
  EXPECT_EQ(files.Line(file, 3), "three");
  EXPECT_EQ(files.Line(file, 4), "");
  EXPECT_EQ(files.Line(file, 0), "");
  EXPECT_EQ(files.Line(file + 1, 1), "");
}

}  // namespace
}  // namespace cooper
