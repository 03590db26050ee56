// What the parsers of the statements of graph text share.

#ifndef COOPER_IR_GRAPH_TEXT_PARSER_STATE_H_
#define COOPER_IR_GRAPH_TEXT_PARSER_STATE_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "ir/base/source_files.h"
#include "ir/graph/build_graph.h"
#include "ir/graph/text/field_parser.h"
#include "ir/graph/text/graph_lexer.h"

namespace cooper {

// The state of one ParseGraph. As in FieldParser, functions that return bool
// return false after a fault was reported.
class ParserState {
 public:
  ParserState(const SourceFiles& files, uint32_t file, DiagnosticEngine& engine);

  GraphLexer lexer;
  FieldParser fields;
  DiagnosticEngine& diagnostics;
  BuildGraph graph;
  uint32_t graph_file;

  // Makes `name` known. Nothing for the id records a faulty definition, so that
  // its uses are not reported as well.
  bool Define(const GraphToken& name, std::optional<VertexId> id);
  // Reads `%name`, which must be defined above.
  bool ParseVertexName(VertexId& id);

  // The id for a file name of `loc(...)`: that of the text itself where it is
  // one of this compilation, else a new one.
  uint32_t FileId(const std::string& name);

  // True when so many faults were found that the rest would not be shown.
  bool HasTooManyFaults() const;

  // Drops the rest of the line.
  void SkipLine();
  // The same, and the block that opens at its end.
  void SkipStatement();

  // Reads the lines of a block whose `{` was just taken, up to its `}`. A line
  // with a fault is dropped and the block goes on.
  template <typename ParseLine>
  bool ParseBlock(const GraphToken& open, ParseLine&& parse_line) {
    if (fields.Accept('}')) return true;
    bool good = fields.ExpectEndOfLine();
    if (!good) SkipLine();
    while (!HasTooManyFaults()) {
      const GraphToken& token = lexer.Peek();
      if (token.kind == GraphTokenKind::kNewline) {
        lexer.Take();
        continue;
      }
      if (fields.Accept('}')) return good;
      if (StartsStatement(token)) {
        return fields.Fail(open, "the block that opens here is not closed by a line with `}`");
      }
      if (!parse_line() || !fields.ExpectEndOfLine()) {
        SkipLine();
        good = false;
      }
    }
    return false;
  }

 private:
  // Whether the token cannot belong to a block.
  static bool StartsStatement(const GraphToken& token) {
    return token.kind == GraphTokenKind::kEnd || token.kind == GraphTokenKind::kName ||
           token.IsWord("target");
  }

  struct Definition {
    std::optional<VertexId> id;
    uint32_t line = 0;
  };
  std::unordered_map<std::string_view, Definition> definitions_;  // keys lie in the text
  std::unordered_map<std::string, uint32_t> file_ids_;
  size_t faults_before_;
};

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TEXT_PARSER_STATE_H_
