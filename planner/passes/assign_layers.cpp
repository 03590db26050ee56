#include "planner/passes/assign_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ir/plan/plan_printer.h"

namespace cooper {
namespace {

Error Unsupported(const Vertex& vertex, std::string message) {
  Error error(DiagnosticKind::kUnsupported, std::move(message));
  if (!vertex.metadata.ranges.empty()) error.At(vertex.metadata.ranges.front());
  return error;
}

// Walks the chain from the target's root down. The error is the fault of the
// vertex at which the walk had to end.
Result<TargetLayers> LayersOf(const BuildGraph& graph, const Target& target) {
  TargetLayers result;
  VertexId id = target.root.vertex;
  while (!IsSource(graph.vertex(id).op)) {
    const Vertex& vertex = graph.vertex(id);
    if (std::holds_alternative<MergeOp>(vertex.op) || std::holds_alternative<DiffOp>(vertex.op)) {
      return Unsupported(
          vertex,
          fmt::format("`{}` cannot be part of the image of target `{}`; copy its files with "
                      "`file.copy`",
                      OpName(vertex.op), target.name));
    }
    result.layers.push_back({.vertex = id});
    id = vertex.inputs.front().vertex;
  }
  std::reverse(result.layers.begin(), result.layers.end());

  const Vertex& bottom = graph.vertex(id);
  if (std::holds_alternative<SourceScratchOp>(bottom.op)) return result;
  if (std::holds_alternative<SourceImageOp>(bottom.op) ||
      std::holds_alternative<SourceLayoutOp>(bottom.op)) {
    result.base = id;
    return result;
  }
  return Unsupported(bottom, fmt::format("target `{}` starts from `{}`; an image can start from "
                                         "`source.image`, `source.layout` or `source.scratch`",
                                         target.name, OpName(bottom.op)));
}

}  // namespace

Result<PassEffect> AssignLayers::Run(BuildPlan& plan, PassContext& context) const {
  const std::string before = PrintPlan(plan);

  std::vector<TargetLayers> targets;
  size_t layer_count = 0;
  for (const Target& target : plan.graph.targets()) {
    Result<TargetLayers> layers = LayersOf(plan.graph, target);
    if (layers.ok()) {
      layer_count += layers->layers.size();
      if (layer_count > max_layers_) {
        return Error(DiagnosticKind::kLimitExceeded,
                     fmt::format("target `{}` brings the plan to {} layers; the limit is {}",
                                 target.name, layer_count, max_layers_));
      }
      targets.push_back(std::move(layers).value());
    } else {
      context.diagnostics.Report(layers.error());
    }
  }
  // A plan has the layers of all targets or of none.
  if (targets.size() != plan.graph.targets().size()) return PassEffect::kUnchanged;

  plan.targets = std::move(targets);
  plan.steps.clear();
  return PrintPlan(plan) == before ? PassEffect::kUnchanged : PassEffect::kChanged;
}

}  // namespace cooper
