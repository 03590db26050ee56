#include "planner/analyses/reachability.h"

namespace cooper {

Reachability Reachability::Compute(const BuildGraph& graph) {
  Reachability result;
  result.reached_.assign(graph.size(), false);
  for (const Target& target : graph.targets()) {
    result.reached_[target.root.vertex] = true;
    if (target.epoch_of) result.reached_[*target.epoch_of] = true;
  }
  // Inputs come before their users, so one walk from the back sees every user first.
  for (VertexId id = graph.size(); id-- > 0;) {
    if (!result.reached_[id]) continue;
    for (const Edge& input : graph.vertex(id).inputs) result.reached_[input.vertex] = true;
  }
  return result;
}

}  // namespace cooper
