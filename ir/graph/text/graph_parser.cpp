#include "ir/graph/text/graph_parser.h"

#include <fmt/format.h>

#include <utility>

#include "ir/graph/graph_verifier.h"
#include "ir/graph/text/graph_printer.h"
#include "ir/graph/text/parser_state.h"
#include "ir/graph/text/target_parser.h"
#include "ir/graph/text/vertex_parser.h"

namespace cooper {
namespace {

class GraphParser {
 public:
  GraphParser(const SourceFiles& files, uint32_t file, DiagnosticEngine& diagnostics)
      : state_(files, file, diagnostics) {}

  std::optional<BuildGraph> Parse() {
    if (!ParseVersion()) return std::nullopt;
    bool good = true;
    while (within_limits_ && !state_.HasTooManyFaults()) {
      const GraphToken& token = state_.lexer.Peek();
      if (token.kind == GraphTokenKind::kEnd) break;
      if (token.kind == GraphTokenKind::kNewline) {
        state_.lexer.Take();
        continue;
      }
      if (!ParseStatement() || !state_.fields.ExpectEndOfLine()) {
        good = false;
        state_.SkipStatement();
      }
    }
    if (!good || !within_limits_ || !ReportViolations()) return std::nullopt;
    return std::move(state_.graph);
  }

 private:
  // graph version=1
  bool ParseVersion() {
    FieldParser& fields = state_.fields;
    GraphLexer& lexer = state_.lexer;
    while (lexer.Peek().kind == GraphTokenKind::kNewline) lexer.Take();
    if (!lexer.Peek().IsWord("graph")) {
      return fields.FailExpected(fmt::format("`graph version={}` first", kGraphTextVersion));
    }
    lexer.Take();
    if (!lexer.Peek().IsWord("version")) return fields.FailExpected("`version=` after `graph`");
    lexer.Take();
    uint32_t version = 0;
    if (!fields.Expect('=', "version")) return false;
    const GraphToken number = lexer.Peek();
    if (!fields.ParseValue("version", version)) return false;
    if (version != kGraphTextVersion) {
      return fields.Fail(
          number, fmt::format("graph text of version {}; this cooper reads version {}", version,
                              kGraphTextVersion));
    }
    return fields.ExpectEndOfLine();
  }

  bool ParseStatement() {
    const GraphToken token = state_.lexer.Peek();
    SourceRange line = token.range;
    if (token.kind == GraphTokenKind::kName) {
      if (!WithinLimit(token, state_.graph.size(), kMaxVertices, "vertices")) return false;
      if (!ParseVertex(state_, line)) return false;
      vertex_lines_.push_back(line);
      return true;
    }
    if (token.IsWord("target")) {
      if (!WithinLimit(token, state_.graph.targets().size(), kMaxTargets, "targets")) return false;
      if (!ParseTarget(state_, line)) return false;
      target_lines_.push_back(line);
      return true;
    }
    state_.fields.FailExpected("a vertex `%name = ...` or `target`");
    state_.lexer.Take();
    return false;
  }

  bool WithinLimit(const GraphToken& token, size_t count, size_t limit, std::string_view what) {
    if (count < limit) return true;
    state_.diagnostics.Report(DiagnosticKind::kLimitExceeded, token.range,
                              fmt::format("more than {} {}", limit, what));
    within_limits_ = false;
    return false;
  }

  // Violations are shown where the graph text has them, whatever `loc` says.
  bool ReportViolations() {
    const std::vector<GraphViolation> violations = FindViolations(state_.graph);
    for (const GraphViolation& violation : violations) {
      const SourceRange range =
          violation.vertex ? vertex_lines_[*violation.vertex] : target_lines_[*violation.target];
      state_.diagnostics.Report(DiagnosticKind::kGraphInvalid, range, violation.message);
    }
    return violations.empty();
  }

  ParserState state_;
  std::vector<SourceRange> vertex_lines_;  // by id
  std::vector<SourceRange> target_lines_;  // by index
  bool within_limits_ = true;              // false once a limit was passed
};

}  // namespace

std::optional<BuildGraph> ParseGraph(const SourceFiles& files, uint32_t file,
                                     DiagnosticEngine& diagnostics) {
  if (const size_t size = files.file(file).text.size(); size > kMaxGraphTextBytes) {
    diagnostics.Report(
        DiagnosticKind::kLimitExceeded, {file, {}, {}},
        fmt::format("graph text of {} bytes; the limit is {}", size, kMaxGraphTextBytes));
    return std::nullopt;
  }
  return GraphParser(files, file, diagnostics).Parse();
}

}  // namespace cooper
