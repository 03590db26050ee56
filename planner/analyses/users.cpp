#include "planner/analyses/users.h"

namespace cooper {

Users Users::Compute(const BuildGraph& graph) {
  Users users;
  users.begin_.assign(graph.size() + 1, 0);
  for (const Vertex& vertex : graph.vertices()) {
    for (const Edge& input : vertex.inputs) ++users.begin_[input.vertex + 1];
  }
  for (VertexId id = 0; id < graph.size(); ++id) users.begin_[id + 1] += users.begin_[id];

  users.uses_.resize(users.begin_.back());
  std::vector<size_t> next(users.begin_.begin(), users.begin_.end() - 1);
  for (VertexId id = 0; id < graph.size(); ++id) {
    const std::vector<Edge>& inputs = graph.vertex(id).inputs;
    for (uint32_t input = 0; input < inputs.size(); ++input) {
      users.uses_[next[inputs[input].vertex]++] = {.user = id, .input = input};
    }
  }
  return users;
}

}  // namespace cooper
