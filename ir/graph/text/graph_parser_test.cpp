#include "ir/graph/text/graph_parser.h"

#include <gtest/gtest.h>

#include "ir/base/diagnostic_printer.h"
#include "ir/graph/text/graph_printer.h"

namespace cooper {
namespace {

struct Parsed {
  std::optional<BuildGraph> graph;
  std::string messages;
};

Parsed Parse(std::string text) {
  SourceFiles files;
  DiagnosticEngine diagnostics;
  const uint32_t file = files.Add("g.ir", std::move(text));
  Parsed parsed;
  parsed.graph = ParseGraph(files, file, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    std::string message = FormatDiagnostic(diagnostic, files);
    parsed.messages += message.substr(0, message.find('\n') + 1);  // without the excerpt
  }
  return parsed;
}

// The messages for `body` as lines 2 and on.
std::string MessagesFor(const std::string& body) {
  const Parsed parsed = Parse("graph version=1\n" + body);
  EXPECT_EQ(parsed.graph.has_value(), parsed.messages.empty());
  return parsed.messages;
}

TEST(ParseGraph, RefusesOtherVersionsByName) {
  EXPECT_EQ(Parse("graph version=2\n%a = source.scratch\n").messages,
            "g.ir:1:15: error: graph text of version 2; this cooper reads version 1 "
            "[graph-syntax]\n");
  EXPECT_EQ(Parse("%a = source.scratch\n").messages,
            "g.ir:1:1: error: expected `graph version=1` first, found `%a` [graph-syntax]\n");
  EXPECT_EQ(Parse("").messages,
            "g.ir:1:1: error: expected `graph version=1` first, found the end of the text "
            "[graph-syntax]\n");
}

TEST(ParseGraph, AcceptsCommentsBlankLinesAndCarriageReturns) {
  const Parsed parsed = Parse(
      "# a graph\r\n\r\ngraph version=1 // first\r\n"
      "%a = source.context \"a // b # c\" # trailing\r\n"
      "%b = exec (%a) args=[\"x\"] {\r\n\r\n  // none yet\r\n}\r\n");
  ASSERT_TRUE(parsed.graph) << parsed.messages;
  EXPECT_EQ(PrintGraph(*parsed.graph),
            "graph version=1\n%a = source.context \"a // b # c\"\n%b = exec (%a) args=[\"x\"]\n");
}

TEST(ParseGraph, AcceptsAFlagWithoutAValue) {
  const Parsed parsed = Parse(
      "graph version=1\n%a = source.scratch\n%b = file.remove (%a) path=\"/x\" allow_missing");
  ASSERT_TRUE(parsed.graph) << parsed.messages;
  EXPECT_TRUE(std::get<FileRemoveOp>(parsed.graph->vertex(1).op).allow_missing);
}

TEST(ParseGraph, SuggestsOpsFieldsAndVertices) {
  EXPECT_EQ(MessagesFor("%from = source.scrach\n"
                        "%base = source.scratch\n"
                        "%dir = file.mkdir (%bsae) path=\"/x\"\n"
                        "%run = exec (%base) agrs=[\"x\"]\n"),
            "g.ir:2:9: error: unknown op `source.scrach`; did you mean `source.scratch`? "
            "[graph-syntax]\n"
            "g.ir:4:20: error: `%bsae` is not defined above; did you mean `%base`? "
            "[graph-syntax]\n"
            "g.ir:5:21: error: `exec` has no field `agrs`; did you mean `args`? "
            "[graph-syntax]\n");
}

TEST(ParseGraph, DoesNotReportUsesOfAFaultyVertex) {
  EXPECT_EQ(MessagesFor("%a = nonsense\n"
                        "%b = file.mkdir (%a) path=\"/x\"\n"
                        "target \"t\" = %b\n"),
            "g.ir:2:6: error: unknown op `nonsense` [graph-syntax]\n");
}

TEST(ParseGraph, ReportsEveryLineOfABlockAndGoesOnAfterIt) {
  EXPECT_EQ(MessagesFor("%a = source.scratch\n"
                        "%b = exec (%a) args=[\"x\"] {\n"
                        "  mount tmpf target=\"/a\"\n"
                        "  mount tmpfs target=7\n"
                        "  mount tmpfs target=\"/c\"\n"
                        "}\n"
                        "%c = nonsense\n"),
            "g.ir:4:9: error: expected `bind`, `cache`, `tmpfs`, `secret` or `ssh`, found `tmpf` "
            "[graph-syntax]\n"
            "g.ir:5:22: error: expected a quoted string for `target`, found `7` [graph-syntax]\n"
            "g.ir:8:6: error: unknown op `nonsense` [graph-syntax]\n");
}

TEST(ParseGraph, SkipsTheBlockOfAFaultyStatement) {
  EXPECT_EQ(MessagesFor("%a = source.scratch\n"
                        "%b = exex (%a) args=[\"x\"] {\n"
                        "  mount nonsense\n"
                        "}\n"
                        "target \"t\" = %z config {\n"
                        "  cmd = nonsense\n"
                        "}\n"),
            "g.ir:3:6: error: unknown op `exex`; did you mean `exec`? [graph-syntax]\n"
            "g.ir:6:14: error: `%z` is not defined above; did you mean `%a`? [graph-syntax]\n");
}

TEST(ParseGraph, ReportsABlockThatIsNotClosedAndReadsWhatFollows) {
  EXPECT_EQ(MessagesFor("%a = source.scratch\n"
                        "%b = exec (%a) args=[\"x\"] {\n"
                        "  mount tmpfs target=\"/a\"\n"
                        "%c = source.scratch\n"
                        "target \"t\" = %c config {\n"),
            "g.ir:3:27: error: the block that opens here is not closed by a line with `}` "
            "[graph-syntax]\n"
            "g.ir:6:24: error: the block that opens here is not closed by a line with `}` "
            "[graph-syntax]\n");
}

TEST(ParseGraph, RefusesWhatIsGivenTwice) {
  EXPECT_EQ(MessagesFor("%a = source.scratch\n"
                        "%a = source.scratch\n"
                        "%b = file.mkdir (%a) path=\"/x\" path=\"/y\"\n"
                        "target \"t\" = %a config {\n"
                        "  cmd = []\n"
                        "  cmd = []\n"
                        "  label \"k\" = \"1\"\n"
                        "  label \"k\" = \"2\"\n"
                        "}\n"),
            "g.ir:3:1: error: `%a` is defined a second time; the first is on line 2 "
            "[graph-syntax]\n"
            "g.ir:4:32: error: `path` is given twice [graph-syntax]\n"
            "g.ir:7:3: error: `cmd` is given twice [graph-syntax]\n"
            "g.ir:9:3: error: this label is given twice [graph-syntax]\n");
}

TEST(ParseGraph, HoldsNumbersToOneSpelling) {
  const auto mkdir = [](const std::string& mode) {
    return MessagesFor("%a = source.scratch\n%b = file.mkdir (%a) path=\"/x\" mode=" + mode);
  };
  EXPECT_EQ(mkdir("0700"), "");
  EXPECT_NE(mkdir("700").find("octal with a leading `0`"), std::string::npos);
  EXPECT_NE(mkdir("0789").find("is not an octal number"), std::string::npos);
  EXPECT_NE(mkdir("07777777777777").find("is out of range"), std::string::npos);
  EXPECT_NE(mkdir("010000").find("the limit is 07777"), std::string::npos);
}

TEST(ParseGraph, ReportsStringsThatDoNotEndAndBadEscapes) {
  EXPECT_EQ(MessagesFor("%a = source.context \"x\n"
                        "%b = source.context \"\\q\"\n"
                        "%c = source.context \"\\\"\n"),
            "g.ir:2:21: error: the string has no closing quote on its line [graph-syntax]\n"
            "g.ir:3:21: error: the string has an escape that is none of `\\\"`, `\\\\`, `\\n`, "
            "`\\t` and `\\xNN` [graph-syntax]\n"
            "g.ir:4:21: error: the string has no closing quote on its line [graph-syntax]\n");
}

TEST(ParseGraph, ShowsViolationsOnTheLineOfTheGraphText) {
  EXPECT_EQ(MessagesFor("%a = source.scratch\n"
                        "%b = file.copy (%a) from=[\"x\"] to=\"/\" loc(\"Dockerfile\":9:1-9:4)\n"
                        "target \"t\" = %a\n"
                        "target \"t\" = %a\n"),
            "g.ir:3:1: error: vertex `%b`: `file.copy` takes 2 inputs, but 1 is given "
            "[graph-invalid]\n"
            "g.ir:5:1: error: target `t`: another target has this name [graph-invalid]\n");
}

TEST(ParseGraph, GivesVerticesTheirLocationOrTheirLine) {
  const Parsed parsed = Parse(
      "graph version=1\n"
      "%a = source.scratch\n"
      "%b = source.scratch loc(\"Dockerfile\":9:1-9:4, \"g.ir\":1:1-1:2) display=\"FROM\"\n");
  ASSERT_TRUE(parsed.graph) << parsed.messages;
  EXPECT_EQ(PrintGraph(*parsed.graph, {.metadata = true}),
            "graph version=1\n"
            "%a = source.scratch loc(\"g.ir\":2:1-2:20)\n"
            "%b = source.scratch loc(\"Dockerfile\":9:1-9:4, \"g.ir\":1:1-1:2) display=\"FROM\"\n");
}

TEST(ParseGraph, StopsAfterAHundredFaults) {
  std::string body;
  for (int i = 0; i < 5'000; ++i) body += "%x" + std::to_string(i) + " = nonsense\n";
  SourceFiles files;
  DiagnosticEngine diagnostics;
  EXPECT_FALSE(ParseGraph(files, files.Add("g.ir", "graph version=1\n" + body), diagnostics));
  EXPECT_EQ(diagnostics.error_count(), DiagnosticEngine::kMaxDiagnostics);
}

TEST(ParseGraph, LimitsTheNumberOfTargets) {
  std::string body = "%a = source.scratch\n";
  for (size_t i = 0; i <= kMaxTargets; ++i) {
    body += "target \"" + std::to_string(i) + "\" = %a\n";
  }
  EXPECT_EQ(MessagesFor(body), "g.ir:1003:1: error: more than 1000 targets [limit-exceeded]\n");
}

TEST(ParseGraph, SurvivesEveryCutOfAGraph) {
  const std::string text =
      "graph version=1\n%a = source.image \"alpine\" pin=sha256:"
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef platform=\"a/b\"\n"
      "%b = exec (%a) args=[\"x\", \"\\x41\"] loc(\"f\":1:2-3:4) {\n  mount bind from=%a "
      "target=\"/m\" read_only\n}\ntarget \"t\" = %b config {\n  label \"k\" = \"v\"\n"
      "  healthcheck test=[\"NONE\"] retries=-3\n  history \"h\" = %b comment=\"c\"\n}\n";
  for (size_t size = 0; size < text.size(); ++size) Parse(text.substr(0, size));
  EXPECT_EQ(Parse(text).messages, "");
}

}  // namespace
}  // namespace cooper
