// Parses one vertex of graph text: `%name = op (inputs) fields { mounts }`.

#ifndef COOPER_IR_GRAPH_TEXT_VERTEX_PARSER_H_
#define COOPER_IR_GRAPH_TEXT_VERTEX_PARSER_H_

#include "ir/graph/text/parser_state.h"

namespace cooper {

// Reads the statement up to its last token and adds the vertex to the graph.
// `line` becomes its range without the block. False after a fault was reported.
bool ParseVertex(ParserState& state, SourceRange& line);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TEXT_VERTEX_PARSER_H_
