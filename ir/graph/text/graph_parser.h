// Reads the text form of a build graph (ir/LANGREF.md).

#ifndef COOPER_IR_GRAPH_TEXT_GRAPH_PARSER_H_
#define COOPER_IR_GRAPH_TEXT_GRAPH_PARSER_H_

#include <cstdint>
#include <optional>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_files.h"
#include "ir/graph/build_graph.h"

namespace cooper {

// Limits on text from outside; beyond them parsing reports kLimitExceeded.
inline constexpr size_t kMaxGraphTextBytes = 64 << 20;
inline constexpr uint32_t kMaxVertices = 200'000;
inline constexpr size_t kMaxTargets = 1'000;

// Parses and verifies file `file`. Faults go to `diagnostics`, each with its
// range in the graph text; nothing is returned when there was one. Vertices
// without `loc(...)` get the range of their line in the graph text.
std::optional<BuildGraph> ParseGraph(const SourceFiles& files, uint32_t file,
                                     DiagnosticEngine& diagnostics);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TEXT_GRAPH_PARSER_H_
