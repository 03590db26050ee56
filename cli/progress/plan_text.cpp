#include "cli/progress/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "ir/graph/enum_names.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kTitleColumns = 44;

// What the command of a step gets beyond its tree; empty for one that gets nothing.
std::string Uses(const Vertex& vertex) {
  const auto* exec = std::get_if<ExecOp>(&vertex.op);
  if (exec == nullptr) return {};
  std::vector<std::string> uses;
  for (const Mount& mount : exec->mounts) {
    const std::string_view required = mount.required ? " (required)" : "";
    if (mount.type == MountType::kCache) {
      const bool shared = mount.sharing == CacheSharing::kShared;
      uses.push_back(fmt::format("cache `{}`{}", mount.id,
                                 shared ? "" : fmt::format(" ({})", NameOf(mount.sharing))));
    } else if (mount.type == MountType::kSecret) {
      uses.push_back(fmt::format("secret `{}`{}", mount.id, required));
    } else if (mount.type == MountType::kSsh) {
      uses.push_back(fmt::format("ssh agent `{}`{}", mount.id, required));
    }
  }
  if (exec->network != NetworkMode::kDefault) {
    uses.push_back(fmt::format("network {}", NameOf(exec->network)));
  }
  if (exec->security == SecurityMode::kInsecure) uses.push_back("security insecure");
  if (uses.empty()) return {};
  return EscapeForTerminal(fmt::format("uses {}", fmt::join(uses, ", ")));
}

// Where a line of at most `width` columns ends that begins with `text`: at a blank, the
// first if none is in time.
size_t EndOfLine(std::string_view text, size_t width) {
  size_t end = text.size();
  while (DisplayWidth(text.substr(0, end)) > width) {
    end = text.find_last_of(' ', end - 1);
    if (end == std::string_view::npos || end == 0) return std::min(text.find(' '), text.size());
  }
  return end;
}

}  // namespace

std::string Shortened(const std::string& escaped, size_t width) {
  if (DisplayWidth(escaped) <= width) return escaped;
  std::string text;
  size_t columns = 0;
  for (const char c : escaped) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && ++columns > width - 3) break;
    text += c;
  }
  return text + "...";
}

std::string Padded(std::string text, size_t width) {
  const size_t shown = DisplayWidth(text);
  if (shown < width) text.append(width - shown, ' ');
  return text;
}

std::string Indented(const std::string& escaped, size_t indent, size_t columns) {
  constexpr size_t kLines = 3;
  const size_t width = columns - indent;
  std::string text;
  std::string_view rest = escaped;
  for (size_t line = 1; !rest.empty(); ++line) {
    const size_t end = line < kLines ? EndOfLine(rest, width) : rest.size();
    text += std::string(indent, ' ') + Shortened(std::string(rest.substr(0, end)), width) + "\n";
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  return text;
}

std::string PlanSummary(const BuildPlan& plan) {
  std::map<StepState, size_t> counts;
  for (const Step& step : plan.steps) ++counts[step.state];
  std::string text = fmt::format("{} step{}", plan.steps.size(), plan.steps.size() == 1 ? "" : "s");
  const char* separator = ": ";
  for (const StepState state : {StepState::kRun, StepState::kCached, StepState::kSkipped}) {
    if (counts[state] == 0) continue;
    text += fmt::format("{}{} {}", separator, counts[state],
                        state == StepState::kRun ? "to run" : NameOf(state));
    separator = ", ";
  }
  return text;
}

std::string StepTitle(const BuildPlan& plan, const Step& step) {
  const Vertex& vertex = plan.graph.vertex(step.vertex);
  const std::string& title = vertex.metadata.display_name;
  return EscapeForTerminal(title.empty() ? "%" + vertex.name : title);
}

std::string StepPlace(const BuildPlan& plan, const Step& step) {
  const Vertex& vertex = plan.graph.vertex(step.vertex);
  if (vertex.metadata.ranges.empty()) return {};
  const SourceRange& range = vertex.metadata.ranges.front();
  if (range.file >= plan.graph.source_names().size()) return {};
  const std::string& path = plan.graph.source_names()[range.file];
  const std::string name = path.substr(path.rfind('/') + 1);
  return fmt::format("{}:{}", EscapeForTerminal(name), range.begin.line);
}

std::string PlanText(const BuildPlan& plan) {
  std::string text;
  for (const Target& target : plan.graph.targets()) {
    text += fmt::format("target {} ({})\n", EscapeForTerminal(target.name),
                        EscapeForTerminal(target.platform.ToString()));
  }
  text += "\n";
  const size_t number_width = std::to_string(plan.steps.size()).size();
  for (const Step& step : plan.steps) {
    std::string line = fmt::format(
        "  {:>{}}  {:<7}  {:<5}  {}", step.id, number_width, NameOf(step.state), NameOf(step.kind),
        Padded(Shortened(StepTitle(plan, step), kTitleColumns), kTitleColumns));
    line += "  " + Padded(StepPlace(plan, step), 14);
    const std::string reason = EscapeForTerminal(step.reason);
    if (reason.empty()) {
      // Nothing to add.
    } else if (DisplayWidth(line) + 2 + DisplayWidth(reason) <= kColumns) {
      line += "  " + reason;
    } else {
      line.erase(line.find_last_not_of(' ') + 1);
      line += "\n" + Indented(reason, number_width + 11, kColumns);
      line.pop_back();
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (const std::string uses = Uses(plan.graph.vertex(step.vertex));
        step.kind == StepKind::kRun && !uses.empty()) {
      line += "\n" + std::string(number_width + 11, ' ') +
              Shortened(uses, kColumns - number_width - 11);
    }
    text += line + "\n";
  }
  return text + "\n" + PlanSummary(plan) + "\n";
}

}  // namespace cooper
