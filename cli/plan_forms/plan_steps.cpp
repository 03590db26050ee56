#include "cli/plan_forms/plan_steps.h"

#include <algorithm>

#include "cli/progress/plan_text.h"
#include "ir/text/text.h"

namespace cooper {

std::vector<std::pair<std::string, std::vector<const Step*>>> StepsByStage(const BuildPlan& plan) {
  std::vector<std::pair<std::string, std::vector<const Step*>>> stages;
  for (const Step& step : plan.steps) {
    const std::string& vertex = plan.graph.vertex(step.vertex).name;
    const std::string stage = EscapeForTerminal(vertex.substr(0, vertex.find('.')));
    auto found = std::ranges::find(
        stages, stage, [](const auto& entry) -> const std::string& { return entry.first; });
    if (found == stages.end()) {
      stages.emplace_back(stage, std::vector<const Step*>());
      found = stages.end() - 1;
    }
    found->second.push_back(&step);
  }
  return stages;
}

std::string BoxTitle(const BuildPlan& plan, const Step& step) {
  constexpr size_t kColumns = 40;
  return Shortened(StepTitle(plan, step), kColumns);
}

std::string Replaced(const std::string& text,
                     const std::vector<std::pair<char, std::string>>& replacements) {
  std::string replaced;
  for (const char c : text) {
    const auto found = std::ranges::find(replacements, c, &std::pair<char, std::string>::first);
    if (found == replacements.end()) {
      replaced += c;
    } else {
      replaced += found->second;
    }
  }
  return replaced;
}

}  // namespace cooper
