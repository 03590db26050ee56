#include "cli/plan_forms/plan_mermaid.h"

#include <fmt/format.h>

#include "cli/plan_forms/plan_steps.h"

namespace cooper {
namespace {

// Nothing of a title is read as markup or ends the text in quotes.
std::string Escaped(const std::string& text) {
  return Replaced(text, {{'#', "#35;"},
                         {'"', "#quot;"},
                         {'&', "#amp;"},
                         {'<', "#lt;"},
                         {'>', "#gt;"},
                         {'`', "#96;"},
                         {'\\', "#92;"}});
}

}  // namespace

std::string PlanMermaid(const BuildPlan& plan) {
  std::string text = "flowchart LR\n";
  size_t number = 0;
  for (const auto& [stage, steps] : StepsByStage(plan)) {
    text += fmt::format("  subgraph stage{}[\"{}\"]\n", ++number, Escaped(stage));
    for (const Step* const step : steps) {
      text += fmt::format("    s{}[\"{} {}: {}<br/>{}\"]:::{}\n", step->id, step->id,
                          NameOf(step->kind), NameOf(step->state), Escaped(BoxTitle(plan, *step)),
                          NameOf(step->state));
    }
    text += "  end\n";
  }
  for (const Step& step : plan.steps) {
    for (const uint32_t earlier : step.after) {
      text += fmt::format("  s{} --> s{}\n", earlier, step.id);
    }
  }
  return text +
         "  classDef run fill:#ffe0b2,stroke:#e65100,color:#000\n"
         "  classDef cached fill:#c8e6c9,stroke:#1b5e20,color:#000\n"
         "  classDef skipped fill:#eeeeee,stroke:#757575,color:#000\n";
}

}  // namespace cooper
