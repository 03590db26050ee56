// Parses one target of graph text: `target "name" = %root ... config { ... }`.

#ifndef COOPER_IR_GRAPH_TEXT_TARGET_PARSER_H_
#define COOPER_IR_GRAPH_TEXT_TARGET_PARSER_H_

#include "ir/graph/text/parser_state.h"

namespace cooper {

// Reads the statement up to its last token and adds the target to the graph.
// `line` becomes its range without the block. False after a fault was reported.
bool ParseTarget(ParserState& state, SourceRange& line);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TEXT_TARGET_PARSER_H_
