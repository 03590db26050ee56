#include "ir/graph/build_graph.h"

#include <cassert>
#include <utility>

namespace cooper {

VertexId BuildGraph::Add(Vertex vertex) {
  for ([[maybe_unused]] const Edge& input : vertex.inputs) assert(input.vertex < size());
  vertices_.push_back(std::move(vertex));
  return size() - 1;
}

std::optional<VertexId> BuildGraph::Find(std::string_view name) const {
  for (VertexId id = 0; id < size(); ++id) {
    if (vertices_[id].name == name) return id;
  }
  return std::nullopt;
}

void BuildGraph::ReplaceUses(Edge from, Edge to) {
  for (Vertex& vertex : vertices_) {
    for (Edge& input : vertex.inputs) {
      if (input == from) input = to;
    }
  }
  for (Target& target : targets_) {
    if (target.root == from) target.root = to;
    if (target.epoch_of == from.vertex) target.epoch_of = to.vertex;
    for (TargetHistory& entry : target.history) {
      if (entry.layer == from.vertex) entry.layer = to.vertex;
    }
  }
}

std::vector<std::string> BuildGraph::Erase(const std::function<bool(VertexId)>& unwanted) {
  constexpr VertexId kErased = UINT32_MAX;
  std::vector<VertexId> renumbered(size(), kErased);
  std::vector<std::string> erased_names;
  std::vector<Vertex> kept;
  kept.reserve(size());
  for (VertexId id = 0; id < size(); ++id) {
    if (unwanted(id)) {
      erased_names.push_back(std::move(vertices_[id].name));
      continue;
    }
    for (Edge& input : vertices_[id].inputs) {
      assert(renumbered[input.vertex] != kErased);
      input.vertex = renumbered[input.vertex];
    }
    renumbered[id] = static_cast<VertexId>(kept.size());
    kept.push_back(std::move(vertices_[id]));
  }
  vertices_ = std::move(kept);
  for (Target& target : targets_) {
    assert(renumbered[target.root.vertex] != kErased);
    target.root.vertex = renumbered[target.root.vertex];
    if (target.epoch_of) {
      assert(renumbered[*target.epoch_of] != kErased);
      target.epoch_of = renumbered[*target.epoch_of];
    }
    for (TargetHistory& entry : target.history) {
      if (!entry.layer) continue;
      assert(renumbered[*entry.layer] != kErased);
      entry.layer = renumbered[*entry.layer];
    }
  }
  return erased_names;
}

}  // namespace cooper
