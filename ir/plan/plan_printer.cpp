#include "ir/plan/plan_printer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/text/text.h"

namespace cooper {
namespace {

std::string VertexName(const BuildPlan& plan, VertexId vertex) {
  return "%" + plan.graph.vertex(vertex).name;
}

std::string LayerLines(const BuildPlan& plan) {
  std::string text;
  for (size_t i = 0; i < plan.targets.size(); ++i) {
    text += "target " + Quoted(plan.graph.targets()[i].name);
    if (plan.targets[i].base) text += " base=" + VertexName(plan, *plan.targets[i].base);
    std::string names;
    for (const LayerSpec& layer : plan.targets[i].layers) {
      names += (names.empty() ? "" : ", ") + VertexName(plan, layer.vertex);
    }
    text += " layers=[" + names + "]\n";
  }
  for (const DetachedCopy& detached : plan.detached) {
    text += "detach " + VertexName(plan, detached.copy) +
            " ground=" + VertexName(plan, detached.ground) + "\n";
  }
  return text;
}

}  // namespace

std::string PrintPlan(const BuildPlan& plan) {
  if (plan.steps.empty()) return LayerLines(plan);
  std::string text;
  for (const Step& step : plan.steps) {
    text += fmt::format("{} {} {}", step.id, NameOf(step.kind), VertexName(plan, step.vertex));
    if (!step.after.empty()) text += fmt::format(" after=[{}]", fmt::join(step.after, ", "));
    if (step.state != StepState::kRun) text += fmt::format(" state={}", NameOf(step.state));
    if (!step.reason.empty()) text += " reason=" + Quoted(step.reason);
    text += "\n";
  }
  return text;
}

}  // namespace cooper
