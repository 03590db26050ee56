// Which vertices some target reads, directly or through inputs. An analysis:
// computed from a graph, never changing it.
//
// Immutable once computed; describes the graph as it was then.

#ifndef COOPER_PLANNER_ANALYSES_REACHABILITY_H_
#define COOPER_PLANNER_ANALYSES_REACHABILITY_H_

#include <vector>

#include "ir/graph/build_graph.h"

namespace cooper {

class Reachability {
 public:
  static Reachability Compute(const BuildGraph& graph);

  bool IsReached(VertexId vertex) const { return reached_[vertex]; }

 private:
  std::vector<bool> reached_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_ANALYSES_REACHABILITY_H_
