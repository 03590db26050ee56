#include "cli/plan_forms/plan_markdown.h"

#include <fmt/format.h>

#include "cli/plan_forms/plan_mermaid.h"
#include "cli/plan_forms/plan_steps.h"
#include "cli/progress/plan_text.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// A cell of a table in which nothing of the text is markup.
std::string Cell(const std::string& text) {
  return Replaced(text, {{'&', "&amp;"},
                         {'<', "&lt;"},
                         {'>', "&gt;"},
                         {'|', "&#124;"},
                         {'`', "&#96;"},
                         {'*', "&#42;"},
                         {'_', "&#95;"},
                         {'[', "&#91;"},
                         {']', "&#93;"},
                         {'!', "&#33;"},
                         {'@', "&#64;"},
                         {'#', "&#35;"},
                         {'$', "&#36;"},
                         {'~', "&#126;"},
                         {':', "&#58;"},
                         {'\\', "&#92;"}});
}

std::string Table(const BuildPlan& plan, bool running) {
  std::string rows;
  for (const Step& step : plan.steps) {
    if ((step.state == StepState::kRun) != running) continue;
    rows += fmt::format("| {} | {} | {} | {} | {} | {} |\n", step.id, NameOf(step.state),
                        NameOf(step.kind), Cell(StepTitle(plan, step)), Cell(StepPlace(plan, step)),
                        Cell(EscapeForTerminal(step.reason)));
  }
  if (rows.empty()) return {};
  return "| step | state | kind | instruction | line | why |\n|---|---|---|---|---|---|\n" + rows;
}

std::string Folded(std::string_view summary, const std::string& content) {
  if (content.empty()) return {};
  return fmt::format("\n<details><summary>{}</summary>\n\n{}\n</details>\n", summary, content);
}

}  // namespace

std::string PlanMarkdown(const BuildPlan& plan) {
  std::string text = "### Build plan: " + PlanSummary(plan) + "\n\n";
  for (const Target& target : plan.graph.targets()) {
    text += fmt::format("Target {} ({})\n\n", Cell(EscapeForTerminal(target.name)),
                        Cell(EscapeForTerminal(target.platform.ToString())));
  }
  const std::string running = Table(plan, /*running=*/true);
  text += running.empty() ? "Nothing is to be done.\n" : running;
  text += Folded("What is not done", Table(plan, /*running=*/false));
  text += Folded("Drawing", "```mermaid\n" + PlanMermaid(plan) + "```\n");
  return text;
}

}  // namespace cooper
