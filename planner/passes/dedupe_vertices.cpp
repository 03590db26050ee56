#include "planner/passes/dedupe_vertices.h"

#include <fmt/format.h>

#include <unordered_map>

#include "planner/passes/pass_order.h"

namespace cooper {
namespace {

// Makes everything that reads a vertex v read kept[v]. One walk for all vertices
// together: graph text may hold very many equal ones.
void Redirect(BuildGraph& graph, const std::vector<VertexId>& kept) {
  for (VertexId id = 0; id < graph.size(); ++id) {
    for (Edge& input : graph.vertex(id).inputs) input.vertex = kept[input.vertex];
  }
  for (Target& target : graph.targets()) {
    target.root.vertex = kept[target.root.vertex];
    if (target.epoch_of) target.epoch_of = kept[*target.epoch_of];
    for (TargetHistory& history : target.history) {
      if (history.layer) history.layer = kept[*history.layer];
    }
  }
}

}  // namespace

Result<PassEffect> DedupeVertices::Run(BuildPlan& plan, PassContext& context) const {
  COOPER_RETURN_IF_ERROR(CheckNoLayersYet(plan, Name()));

  BuildGraph& graph = plan.graph;
  const std::vector<Digest> digests = DefinitionDigests(graph);
  std::unordered_map<Digest, VertexId> first;
  std::vector<VertexId> kept(graph.size());
  bool changed = false;
  for (VertexId id = 0; id < graph.size(); ++id) {
    kept[id] = first.try_emplace(digests[id], id).first->second;
    if (kept[id] == id) continue;
    changed = true;
    context.explain.Add(Name(), fmt::format("dropped %{}: %{} has the same definition",
                                            graph.vertex(id).name, graph.vertex(kept[id]).name));
    // A fault of the one that stays is a fault of every line that asked for it.
    const VertexMetadata& metadata = graph.vertex(id).metadata;
    VertexMetadata& kept_metadata = graph.vertex(kept[id]).metadata;
    kept_metadata.ranges.insert(kept_metadata.ranges.end(), metadata.ranges.begin(),
                                metadata.ranges.end());
    if (!kept_metadata.userinfo.empty() && !metadata.userinfo.empty() &&
        kept_metadata.userinfo != metadata.userinfo) {
      Error error(DiagnosticKind::kInvalidArgument,
                  "this URL stands elsewhere with another user name or password, and is asked for "
                  "once; use one of them");
      if (!metadata.ranges.empty()) error.At(metadata.ranges.front());
      context.diagnostics.Report(error);
    }
    // One of the two may be all that opens the server's door.
    if (kept_metadata.userinfo.empty()) kept_metadata.userinfo = metadata.userinfo;
  }
  if (!changed) return PassEffect::kUnchanged;

  Redirect(graph, kept);
  graph.Erase([&](VertexId id) { return kept[id] != id; });
  return PassEffect::kChanged;
}

}  // namespace cooper
