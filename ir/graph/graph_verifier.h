// States every invariant of a build graph.

#ifndef COOPER_IR_GRAPH_GRAPH_VERIFIER_H_
#define COOPER_IR_GRAPH_GRAPH_VERIFIER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/build_graph.h"

namespace cooper {

// Returns the first violation as kGraphInvalid, naming the vertex (or target)
// and the rule; with the vertex's first source range where it has one.
//
// Vertices: unique well-formed names; inputs that come earlier, with output 0,
// and as many as ops.def says (plus one per mount that has an input); values in
// their domains: non-empty references, absolute clean paths, modes up to 07777,
// no NUL outside of file content, mount fields that their type knows.
// Targets: unique non-empty names; roots and history layers that exist; each
// history layer lies on the chain of first inputs from the root down, in order.
Status VerifyGraph(const BuildGraph& graph);

// The first fault of one vertex or of one target (by index).
struct GraphViolation {
  std::optional<VertexId> vertex;
  std::optional<size_t> target;
  std::string message;
};

// Every vertex and target that breaks a rule, vertices first.
std::vector<GraphViolation> FindViolations(const BuildGraph& graph);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_GRAPH_VERIFIER_H_
