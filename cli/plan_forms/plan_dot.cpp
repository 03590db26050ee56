#include "cli/plan_forms/plan_dot.h"

#include <fmt/format.h>

#include "cli/plan_forms/plan_steps.h"

namespace cooper {
namespace {

std::string Escaped(const std::string& text) {
  return Replaced(text, {{'\\', "\\\\"}, {'"', "\\\""}});
}

std::string_view Colour(StepState state) {
  switch (state) {
    case StepState::kRun:
      return "#ffe0b2";
    case StepState::kCached:
      return "#c8e6c9";
    case StepState::kSkipped:
      return "#eeeeee";
  }
  return "";
}

}  // namespace

std::string PlanDot(const BuildPlan& plan) {
  std::string text =
      "digraph plan {\n  rankdir=LR;\n"
      "  node [shape=box, style=filled, fontname=\"sans-serif\"];\n";
  size_t number = 0;
  for (const auto& [stage, steps] : StepsByStage(plan)) {
    text += fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n", ++number, Escaped(stage));
    for (const Step* const step : steps) {
      text += fmt::format("    s{} [label=\"{} {}: {}\\n{}\", fillcolor=\"{}\"];\n", step->id,
                          step->id, NameOf(step->kind), NameOf(step->state),
                          Escaped(BoxTitle(plan, *step)), Colour(step->state));
    }
    text += "  }\n";
  }
  for (const Step& step : plan.steps) {
    for (const uint32_t earlier : step.after)
      text += fmt::format("  s{} -> s{};\n", earlier, step.id);
  }
  return text + "}\n";
}

}  // namespace cooper
