// ENV and LABEL: NAME=VALUE pairs that enter the image's config.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// All pairs see the variables as they were before the instruction.
std::optional<Pairs> ExpandPairs(const Instruction& instruction, StageLowering& stage) {
  Pairs pairs;
  bool ok = true;
  for (const Assignment& assignment : instruction.assignments) {
    std::optional<std::string> name = stage.Expand(instruction, assignment.name);
    std::optional<std::string> value = stage.Expand(instruction, assignment.value);
    if (name && name->empty()) {
      stage.Report(DiagnosticKind::kInvalidArgument,
                   instruction.line->RangeOf(assignment.name.begin, assignment.value.end),
                   fmt::format("{} names can not be blank; `{}` expands to nothing",
                               InfoOf(instruction.kind).keyword, assignment.name.text));
      ok = false;
    }
    ok = ok && name && value;
    if (ok) pairs.emplace_back(*std::move(name), *std::move(value));
  }
  if (!ok) return std::nullopt;
  return pairs;
}

std::string CreatedBy(std::string text, const Pairs& pairs) {
  for (const auto& [name, value] : pairs) text.append(" ").append(name).append("=").append(value);
  return text;
}

}  // namespace

void LowerEnv(const Instruction& instruction, StageLowering& stage) {
  const std::optional<Pairs> pairs = ExpandPairs(instruction, stage);
  if (!pairs) return;
  for (const auto& [name, value] : *pairs) {
    stage.state().config_env.Set(name, value);
    stage.state().env.Set(name, value);
  }
  stage.AddHistory(instruction, CreatedBy("ENV", *pairs));
}

void LowerLabel(const Instruction& instruction, StageLowering& stage) {
  const std::optional<Pairs> pairs = ExpandPairs(instruction, stage);
  if (!pairs) return;
  for (const auto& [name, value] : *pairs) stage.state().config.labels[name] = value;
  stage.AddHistory(instruction, CreatedBy("LABEL", *pairs));
}

}  // namespace cooper
