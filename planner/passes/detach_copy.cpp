#include "planner/passes/detach_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "planner/passes/pass_order.h"

namespace cooper {
namespace {

bool IsExec(const Vertex& vertex) { return std::holds_alternative<ExecOp>(vertex.op); }

// The highest exec on each vertex's chain of first inputs, and the last vertex below
// all of them; for vertices in graph order.
struct Chain {
  std::optional<VertexId> exec;
  std::optional<VertexId> ground;
};

std::vector<Chain> Chains(const BuildGraph& graph) {
  std::vector<Chain> chains(graph.size());
  for (VertexId id = 0; id < graph.size(); ++id) {
    const Vertex& vertex = graph.vertex(id);
    if (vertex.inputs.empty()) continue;
    const VertexId below = vertex.inputs[0].vertex;
    chains[id] = chains[below];
    if (!IsExec(vertex)) continue;
    chains[id].exec = id;
    if (!chains[id].ground) chains[id].ground = below;
  }
  return chains;
}

bool Reads(const BuildGraph& graph, VertexId reader, VertexId wanted) {
  std::vector<VertexId> open = {reader};
  std::set<VertexId> seen;
  while (!open.empty()) {
    const VertexId id = open.back();
    open.pop_back();
    if (id == wanted) return true;
    // Inputs have smaller numbers than what reads them.
    if (id < wanted || !seen.insert(id).second) continue;
    for (const Edge& input : graph.vertex(id).inputs) open.push_back(input.vertex);
  }
  return false;
}

}  // namespace

Result<PassEffect> DetachCopy::Run(BuildPlan& plan, PassContext& context) const {
  COOPER_RETURN_IF_ERROR(CheckHasLayers(plan, Name()));
  const BuildGraph& graph = plan.graph;
  const std::vector<Chain> chains = Chains(graph);
  std::set<VertexId> copies;
  for (const TargetLayers& target : plan.targets) {
    for (const LayerSpec& layer : target.layers) {
      const Vertex& vertex = graph.vertex(layer.vertex);
      if (!std::holds_alternative<FileCopyOp>(vertex.op)) continue;
      const Chain& chain = chains[layer.vertex];
      if (!chain.exec) continue;
      // A copy that waits for the same command anyway gains nothing.
      if (!Reads(graph, vertex.inputs[1].vertex, *chain.exec)) copies.insert(layer.vertex);
    }
  }
  std::vector<DetachedCopy> detached;
  for (const VertexId copy : copies) {
    detached.push_back({.copy = copy, .ground = *chains[copy].ground});
    context.explain.Add(
        Name(), fmt::format("%{} is prepared from %{}, beside the commands between",
                            graph.vertex(copy).name, graph.vertex(detached.back().ground).name));
  }
  const bool same = detached.empty() && plan.detached.empty();
  plan.detached = std::move(detached);
  if (!same) plan.steps.clear();
  return same ? PassEffect::kUnchanged : PassEffect::kChanged;
}

}  // namespace cooper
