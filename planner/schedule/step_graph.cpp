#include "planner/schedule/step_graph.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace cooper {
namespace {

using NodeIndex = std::optional<uint32_t>;

bool IsExec(const Vertex& vertex) { return std::holds_alternative<ExecOp>(vertex.op); }

// Contexts are on this machine, and `scratch` is nothing.
bool IsFetched(const Vertex& vertex) {
  return std::holds_alternative<SourceImageOp>(vertex.op) ||
         std::holds_alternative<SourceLayoutOp>(vertex.op) ||
         std::holds_alternative<SourceHttpOp>(vertex.op);
}

std::vector<bool> LayerVertices(const BuildPlan& plan) {
  std::vector<bool> layers(plan.graph.size(), false);
  for (const TargetLayers& target : plan.targets) {
    for (const LayerSpec& layer : target.layers) layers[layer.vertex] = true;
  }
  return layers;
}

std::vector<bool> BaseVertices(const BuildPlan& plan) {
  std::vector<bool> bases(plan.graph.size(), false);
  for (const TargetLayers& target : plan.targets) {
    if (target.base) bases[*target.base] = true;
  }
  return bases;
}

// Of each detached copy.
std::vector<std::optional<VertexId>> Grounds(const BuildPlan& plan) {
  std::vector<std::optional<VertexId>> grounds(plan.graph.size());
  for (const DetachedCopy& detached : plan.detached) grounds[detached.copy] = detached.ground;
  return grounds;
}

class StepCollector {
 public:
  StepCollector(const BuildPlan& plan, const Users& users)
      : graph_(plan.graph),
        users_(users),
        on_disk_(VerticesOnDisk(plan, users)),
        is_layer_(LayerVertices(plan)),
        is_base_(BaseVertices(plan)),
        ground_(Grounds(plan)),
        files_(plan.graph.size()),
        metadata_(plan.graph.size()) {}

  std::vector<StepNode> Collect() && {
    for (VertexId id = 0; id < graph_.size(); ++id) {
      if (IsSource(graph_.vertex(id).op)) {
        CollectSource(id);
      } else {
        CollectOp(id);
      }
    }
    return std::move(nodes_);
  }

 private:
  void CollectSource(VertexId id) {
    if (!IsFetched(graph_.vertex(id))) return;
    // Even a layer that is streamed looks its destination up in the image.
    const bool below_layer = std::ranges::any_of(
        users_.Of(id), [&](const Use& use) { return use.input == 0 && is_layer_[use.user]; });
    if (!on_disk_[id] && !below_layer && !is_base_[id]) return;
    files_[id] = metadata_[id] = Add(StepKind::kFetch, id, {});
  }

  void CollectOp(VertexId id) {
    const std::vector<Edge>& inputs = graph_.vertex(id).inputs;
    if (on_disk_[id]) {
      std::vector<NodeIndex> after;
      for (const Edge& input : inputs) after.push_back(files_[input.vertex]);
      const StepKind kind = IsExec(graph_.vertex(id)) ? StepKind::kRun : StepKind::kFile;
      files_[id] = metadata_[id] = Add(kind, id, after);
      if (is_layer_[id]) {
        const NodeIndex prepared = Prepare(id);
        Add(StepKind::kLayer, id, {files_[id], prepared});
      }
    } else if (is_layer_[id]) {
      std::vector<NodeIndex> after = {metadata_[inputs[0].vertex], Prepare(id)};
      if (inputs.size() > 1) after.push_back(files_[inputs[1].vertex]);
      metadata_[id] = Add(StepKind::kLayer, id, after);
    }
  }

  NodeIndex Prepare(VertexId id) {
    if (!ground_[id]) return std::nullopt;
    const VertexId source = graph_.vertex(id).inputs[1].vertex;
    return Add(StepKind::kPrepare, id, {metadata_[*ground_[id]], files_[source]});
  }

  uint32_t Add(StepKind kind, VertexId vertex, const std::vector<NodeIndex>& after) {
    StepNode node{.kind = kind, .vertex = vertex, .after = {}};
    for (const NodeIndex& index : after) {
      if (index) node.after.push_back(*index);
    }
    std::ranges::sort(node.after);
    node.after.erase(std::ranges::unique(node.after).begin(), node.after.end());
    nodes_.push_back(std::move(node));
    return static_cast<uint32_t>(nodes_.size() - 1);
  }

  const BuildGraph& graph_;
  const Users& users_;
  const std::vector<bool> on_disk_;
  const std::vector<bool> is_layer_;
  const std::vector<bool> is_base_;
  const std::vector<std::optional<VertexId>> ground_;
  // The step after which a vertex's files, or at least the metadata of its tree,
  // can be read. It waits itself for everything below the vertex.
  std::vector<NodeIndex> files_;
  std::vector<NodeIndex> metadata_;
  std::vector<StepNode> nodes_;
};

}  // namespace

std::vector<bool> VerticesOnDisk(const BuildPlan& plan, const Users& users) {
  const std::vector<bool> is_layer = LayerVertices(plan);
  std::vector<bool> on_disk(plan.graph.size(), false);
  // From the back: whether a user's files are needed is known before its inputs'.
  for (VertexId id = plan.graph.size(); id-- > 0;) {
    on_disk[id] =
        IsExec(plan.graph.vertex(id)) || std::ranges::any_of(users.Of(id), [&](const Use& use) {
          if (IsExec(plan.graph.vertex(use.user))) return true;
          return on_disk[use.user] || (use.input > 0 && is_layer[use.user]);
        });
  }
  return on_disk;
}

std::vector<StepNode> CollectSteps(const BuildPlan& plan, const Users& users) {
  return StepCollector(plan, users).Collect();
}

}  // namespace cooper
