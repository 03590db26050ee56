// The text form of a build graph (ir/LANGREF.md).

#ifndef COOPER_IR_GRAPH_TEXT_GRAPH_PRINTER_H_
#define COOPER_IR_GRAPH_TEXT_GRAPH_PRINTER_H_

#include <string>

#include "ir/graph/build_graph.h"

namespace cooper {

inline constexpr int kGraphTextVersion = 1;

struct GraphPrintOptions {
  // Adds `loc(...)` and `display=` to each vertex that has them. Text with
  // locations parses back to a graph that prints to the same bytes.
  bool metadata = false;
};

// Ends in a newline. ParseGraph(PrintGraph(g)) prints to the same bytes.
std::string PrintGraph(const BuildGraph& graph, GraphPrintOptions options = {});

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TEXT_GRAPH_PRINTER_H_
