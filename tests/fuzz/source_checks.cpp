#include "tests/fuzz/source_checks.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "ir/base/diagnostic_printer.h"
#include "ir/graph/graph_verifier.h"
#include "ir/graph/text/graph_parser.h"
#include "ir/graph/text/graph_printer.h"
#include "tests/fuzz/fuzz_target.h"

namespace cooper {
namespace {

// Variables can blow a small Dockerfile up to a graph of very many bytes, which
// would take seconds to judge.
constexpr size_t kMaxJudgedBytes = 4 << 20;

// Bytes of line `number`, its `\r` included; nothing beyond the file.
std::optional<size_t> LineSize(std::string_view text, uint32_t number) {
  for (uint32_t line = 1; line < number; ++line) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return TakeLine(text).size();
}

void RequirePosition(const SourcePosition& position, std::string_view text, size_t beyond) {
  const std::optional<size_t> size = LineSize(text, position.line);
  Require(position.line > 0 && size.has_value(), "a line lies in its file",
          fmt::format("line {}", position.line));
  Require(position.column > 0 && position.column <= *size + beyond, "a column lies in its line",
          fmt::format("{}:{} of {} bytes", position.line, position.column, *size));
}

std::string Reprinted(const std::string& text, GraphPrintOptions options) {
  SourceFiles files;
  const uint32_t file = files.Add("printed.ir", text);
  DiagnosticEngine diagnostics;
  const std::optional<BuildGraph> graph = ParseGraph(files, file, diagnostics);
  Require(graph.has_value() && !diagnostics.has_errors(), "printed graph text parses",
          FormatDiagnostics(diagnostics, files));
  return PrintGraph(*graph, options);
}

}  // namespace

void RequireInside(const SourceRange& range, const SourceFiles& files) {
  Require(range.file < files.size(), "a range names a file that exists");
  const std::string_view text = files.file(range.file).text;
  RequirePosition(range.begin, text, 1);
  RequirePosition(range.end, text, 2);
  Require(range.begin <= range.end, "a range ends after it begins",
          fmt::format("{}:{}-{}:{}", range.begin.line, range.begin.column, range.end.line,
                      range.end.column));
}

std::string RequireGoodMessages(const DiagnosticEngine& diagnostics, const SourceFiles& files) {
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    Require(!diagnostic.message.empty(), "a diagnostic has a message");
    if (diagnostic.range) RequireInside(*diagnostic.range, files);
  }
  std::string shown = FormatDiagnostics(diagnostics, files);
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    Require(c == '\n' || (byte >= 0x20 && byte != 0x7f), "messages hold no control bytes", shown);
  }
  return shown;
}

void RequireRoundTrip(const BuildGraph& graph) {
  const Status valid = VerifyGraph(graph);
  Require(valid.ok(), "the graph is valid", valid.ok() ? "" : valid.error().message());
  for (const bool metadata : {false, true}) {
    const GraphPrintOptions options{.metadata = metadata};
    std::string text = PrintGraph(graph, options);
    if (text.size() > kMaxJudgedBytes) return;
    // A vertex without a place, such as the context's, gets that of its line.
    if (metadata) text = Reprinted(text, options);
    const std::string again = Reprinted(text, options);
    Require(again == text, "graph text prints as it was", text + "\nthen:\n" + again);
  }
}

}  // namespace cooper
