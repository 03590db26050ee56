#include "ir/plan/build_plan.h"

#include <set>
#include <string>

#include "ir/graph/graph_verifier.h"

namespace cooper {
namespace {

Error Invalid(std::string message) {
  return Error(DiagnosticKind::kGraphInvalid, "plan: " + std::move(message));
}

// The layers of a target are vertices of its chain of first inputs, in order.
Status VerifyLayers(const BuildPlan& plan, size_t number) {
  const BuildGraph& graph = plan.graph;
  const Target& target = graph.targets()[number];
  const TargetLayers& spec = plan.targets[number];
  VertexId current = target.root.vertex;
  for (auto layer = spec.layers.rbegin(); layer != spec.layers.rend(); ++layer) {
    if (layer->vertex >= graph.size()) {
      return Invalid("a layer of target `" + target.name + "` is no vertex");
    }
    while (current != layer->vertex) {
      if (graph.vertex(current).inputs.empty()) {
        return Invalid("layer %" + graph.vertex(layer->vertex).name +
                       " is not on the chain of target `" + target.name + "`");
      }
      current = graph.vertex(current).inputs[0].vertex;
    }
    if (graph.vertex(current).inputs.empty()) {
      return Invalid("layer %" + graph.vertex(current).name + " is a source");
    }
    current = graph.vertex(current).inputs[0].vertex;
  }
  if (spec.base && (*spec.base >= graph.size() || !IsSource(graph.vertex(*spec.base).op))) {
    return Invalid("the base of target `" + target.name + "` is no source");
  }
  return Ok();
}

Status VerifySteps(const BuildPlan& plan) {
  std::set<VertexId> layer_steps;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const std::string name = "step " + std::to_string(step.id);
    if (step.id != i + 1) return Invalid(name + " stands at place " + std::to_string(i + 1));
    if (step.vertex >= plan.graph.size()) return Invalid(name + " has no vertex");
    uint32_t before = 0;
    for (const uint32_t earlier : step.after) {
      if (earlier <= before || earlier >= step.id) {
        return Invalid(name + " comes after step " + std::to_string(earlier) +
                       ", which is not an earlier one in ascending order");
      }
      before = earlier;
    }
    if (step.kind == StepKind::kLayer && !layer_steps.insert(step.vertex).second) {
      return Invalid("two steps write the layer of %" + plan.graph.vertex(step.vertex).name);
    }
  }
  if (plan.steps.empty()) return Ok();
  for (const TargetLayers& target : plan.targets) {
    for (const LayerSpec& layer : target.layers) {
      if (!layer_steps.contains(layer.vertex)) {
        return Invalid("no step writes the layer of %" + plan.graph.vertex(layer.vertex).name);
      }
    }
  }
  return Ok();
}

Status VerifyDetached(const BuildPlan& plan) {
  const BuildGraph& graph = plan.graph;
  for (size_t i = 0; i < plan.detached.size(); ++i) {
    const auto& [copy, ground] = plan.detached[i];
    if (copy >= graph.size() || ground >= copy || (i > 0 && copy <= plan.detached[i - 1].copy)) {
      return Invalid("detached copy " + std::to_string(i) + " is out of order");
    }
    VertexId below = copy;
    while (below > ground && !graph.vertex(below).inputs.empty()) {
      below = graph.vertex(below).inputs[0].vertex;
    }
    if (below != ground) {
      return Invalid("%" + graph.vertex(copy).name + " is detached onto %" +
                     graph.vertex(ground).name + ", which is not below it");
    }
  }
  return Ok();
}

}  // namespace

std::string_view NameOf(StepKind kind) {
  switch (kind) {
    case StepKind::kFetch:
      return "fetch";
    case StepKind::kRun:
      return "run";
    case StepKind::kFile:
      return "file";
    case StepKind::kPrepare:
      return "prepare";
    case StepKind::kLayer:
      return "layer";
  }
  return "";
}

std::string_view NameOf(StepState state) {
  switch (state) {
    case StepState::kRun:
      return "run";
    case StepState::kCached:
      return "cached";
    case StepState::kSkipped:
      return "skipped";
  }
  return "";
}

Status VerifyPlan(const BuildPlan& plan) {
  COOPER_RETURN_IF_ERROR(VerifyGraph(plan.graph));
  if (!plan.targets.empty() && plan.targets.size() != plan.graph.targets().size()) {
    return Invalid("there are layers for " + std::to_string(plan.targets.size()) + " of " +
                   std::to_string(plan.graph.targets().size()) + " targets");
  }
  for (size_t i = 0; i < plan.targets.size(); ++i) {
    COOPER_RETURN_IF_ERROR(VerifyLayers(plan, i));
  }
  COOPER_RETURN_IF_ERROR(VerifyDetached(plan));
  return VerifySteps(plan);
}

}  // namespace cooper
