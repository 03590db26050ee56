#include "cli/history/explain_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <map>

#include "cli/progress/plan_text.h"

namespace cooper {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kTitleColumns = 40;
constexpr size_t kValueColumns = 84;

std::string Seconds(int64_t milliseconds) {
  return fmt::format("{:.1f} s", static_cast<double>(milliseconds) / 1000);
}

std::string Time(const StepReport& step) {
  const bool ran = step.outcome == StepOutcome::kDone || step.outcome == StepOutcome::kFailed;
  return ran ? Seconds(step.took_ms) : std::string();
}

std::string Totals(const BuildReport& report) {
  std::map<StepOutcome, size_t> counts;
  for (const StepReport& step : report.steps) ++counts[step.outcome];
  std::vector<std::string> parts;
  for (const auto& [outcome, count] : counts) {
    parts.push_back(fmt::format("{} {}", count, NameOf(outcome)));
  }
  return fmt::format("{} step{}: {}", report.steps.size(), report.steps.size() == 1 ? "" : "s",
                     fmt::join(parts, ", "));
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// "base", "args": what a component is called, and each of its values on a line.
std::string ComponentText(const KeyComponent& component) {
  std::string text;
  std::string name = component.name;
  for (const std::string& value : component.values) {
    // A log is read by more people than a build argument is meant for.
    const std::string shown =
        component.name == "env" ? value.substr(0, value.find('=')) + "=..." : value;
    text +=
        fmt::format("    {:<12}  {}\n", std::exchange(name, ""), Shortened(shown, kValueColumns));
  }
  return text;
}

}  // namespace

std::string OverviewText(const BuildReport& report) {
  const std::time_t started = static_cast<std::time_t>(report.started_s);
  std::string text = fmt::format("build of {:%Y-%m-%d %H:%M:%S} UTC, {}", fmt::gmtime(started),
                                 Seconds(report.took_ms));
  if (!report.isolation.empty()) text += fmt::format(", RUN in {}", report.isolation);
  text += "\n\n";
  const size_t width = std::to_string(report.steps.size()).size();
  for (const StepReport& step : report.steps) {
    std::string line =
        fmt::format("  {:>{}}  {:<11}  {:>8}  {}", step.id, width, NameOf(step.outcome), Time(step),
                    Padded(Shortened(step.title, kTitleColumns), kTitleColumns));
    line += "  " + step.place;
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    const std::string& why = step.error.empty() ? step.reason : step.error;
    const bool ran = step.outcome == StepOutcome::kDone || step.outcome == StepOutcome::kFailed;
    if (ran && !why.empty()) text += Indented(why, width + 25, kColumns);
  }
  text += "\n" + Totals(report) + "\n";
  for (const auto& [target, digest] : report.images) {
    text += fmt::format("image {} {}\n", target, digest);
  }
  return text;
}

std::string StepText(const StepReport& step, const std::optional<CacheKey>& key) {
  std::string text =
      fmt::format("step {}  {}  {}  {}\n", step.id, step.kind, step.title, step.place);
  text +=
      fmt::format("  {}{}{}\n", NameOf(step.outcome), Time(step).empty() ? "" : " in " + Time(step),
                  step.reason.empty() ? "" : ": " + step.reason);
  if (!step.error.empty()) text += fmt::format("  error: {}\n", step.error);
  if (step.key) text += fmt::format("  key {}\n", step.key->ToString());
  if (!key) return text;
  for (const KeyComponent& component : key->components) text += ComponentText(component);
  constexpr size_t kShownFiles = 20;
  for (size_t i = 0; i < std::min(key->files.size(), kShownFiles); ++i) {
    const KeyFile& file = key->files[i];
    text += fmt::format("    {:<12}  {} {} {}\n", i == 0 ? "files" : "", file.path, file.attributes,
                        file.content ? file.content->ShortHex() : "");
  }
  if (key->files.size() > kShownFiles) {
    text += fmt::format("    {:<12}  and {} more\n", "", key->files.size() - kShownFiles);
  }
  return text;
}

std::vector<const StepReport*> FindSteps(const BuildReport& report, std::string_view words) {
  const auto matching = [&](auto matches) {
    std::vector<const StepReport*> found;
    for (const StepReport& step : report.steps) {
      if (matches(step)) found.push_back(&step);
    }
    return found;
  };
  if (words.starts_with('%')) words.remove_prefix(1);
  const bool number = !words.empty() && std::ranges::all_of(words, [](unsigned char c) {
    return std::isdigit(c) != 0;
  });
  if (number) {
    return matching([&](const StepReport& step) { return std::to_string(step.id) == words; });
  }
  std::vector<const StepReport*> placed = matching([&](const StepReport& step) {
    return words.starts_with(':') ? step.place.ends_with(words) : step.place == words;
  });
  if (!placed.empty()) return placed;
  std::vector<const StepReport*> named =
      matching([&](const StepReport& step) { return step.vertex == words; });
  if (!named.empty()) return named;
  const std::string part = LowerCase(words);
  return matching([&](const StepReport& step) {
    return LowerCase(step.title).find(part) != std::string::npos;
  });
}

}  // namespace cooper
