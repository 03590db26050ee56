// Who reads each vertex. An analysis: computed from a graph, never changing it.
//
// Immutable once computed; describes the graph as it was then.

#ifndef COOPER_PLANNER_ANALYSES_USERS_H_
#define COOPER_PLANNER_ANALYSES_USERS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph/build_graph.h"

namespace cooper {

// `inputs[input]` of vertex `user` is the vertex asked about.
struct Use {
  VertexId user = 0;
  uint32_t input = 0;

  friend bool operator==(const Use&, const Use&) = default;
};

class Users {
 public:
  static Users Compute(const BuildGraph& graph);

  // In graph order, then by input; one entry for each input that reads `vertex`.
  // Targets are no users.
  std::span<const Use> Of(VertexId vertex) const {
    return std::span(uses_).subspan(begin_[vertex], begin_[vertex + 1] - begin_[vertex]);
  }

 private:
  std::vector<Use> uses_;      // grouped by the vertex that is read
  std::vector<size_t> begin_;  // of a vertex's group; one more than vertices
};

}  // namespace cooper

#endif  // COOPER_PLANNER_ANALYSES_USERS_H_
