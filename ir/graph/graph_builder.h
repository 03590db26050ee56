// Builds a graph stage by stage, choosing vertex names that carry meaning and do
// not renumber across stages: `%build.run2` is the second RUN of stage `build`.

#ifndef COOPER_IR_GRAPH_GRAPH_BUILDER_H_
#define COOPER_IR_GRAPH_GRAPH_BUILDER_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/graph/build_graph.h"

namespace cooper {

class GraphBuilder {
 public:
  // Adds a vertex called `<stage>.<word>`, or `<stage>.<word>2`, `...3` when the
  // name is taken; an empty stage gives `<word>` alone. Characters that a name
  // cannot have become `_`.
  Edge Add(std::string_view stage, std::string_view word, Op op, std::vector<Edge> inputs,
           VertexMetadata metadata = {});

  void AddTarget(Target target) { graph_.AddTarget(std::move(target)); }

  BuildGraph& graph() { return graph_; }
  BuildGraph Take() && { return std::move(graph_); }

 private:
  BuildGraph graph_;
  std::unordered_map<std::string, uint32_t> used_;  // name -> highest number given
};

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_GRAPH_BUILDER_H_
