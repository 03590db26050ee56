// HEALTHCHECK: `NONE`, or `CMD` with a command and how often to run it.

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "frontends/dockerfile/lower/instructions/instructions.h"
#include "frontends/dockerfile/operands/duration.h"
#include "frontends/dockerfile/operands/instruction_flags.h"

namespace cooper {
namespace {

bool ReadDuration(const Instruction& instruction, std::string_view name, StageLowering& stage,
                  int64_t& ns) {
  const Flag* flag = FindFlag(instruction, name);
  if (flag == nullptr) return true;
  Result<int64_t> value = ParseDuration(*flag->value);
  if (!value.ok()) {
    stage.file().diagnostics().Report(value.error().At(instruction.RangeOf(*flag)));
    return false;
  }
  // 0 stands for what the base image or the runtime says.
  if (*value != 0 && *value < 1'000'000) {
    stage.Report(DiagnosticKind::kInvalidArgument, instruction.RangeOf(*flag),
                 fmt::format("`--{}={}` cannot be less than 1ms", name, *flag->value));
    return false;
  }
  ns = *value;
  return true;
}

bool ReadRetries(const Instruction& instruction, StageLowering& stage, int64_t& retries) {
  const Flag* flag = FindFlag(instruction, "retries");
  if (flag == nullptr) return true;
  const std::string& text = *flag->value;
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || number < 0) {
    stage.Report(DiagnosticKind::kInvalidArgument, instruction.RangeOf(*flag),
                 whole ? fmt::format("`--retries` cannot be negative ({})", number)
                       : fmt::format("`--retries={}` is not a number", text));
    return false;
  }
  retries = number;
  return true;
}

}  // namespace

void LowerHealthcheck(const Instruction& instruction, StageLowering& stage) {
  Healthcheck check;
  if (instruction.arguments.size() == 1) {
    check.test = {"NONE"};
  } else {
    check.test = {instruction.json ? "CMD" : "CMD-SHELL"};
    for (size_t i = 1; i < instruction.arguments.size(); ++i) {
      check.test.push_back(instruction.arguments[i].text);
    }
  }
  bool ok = ReadDuration(instruction, "interval", stage, check.interval_ns);
  ok &= ReadDuration(instruction, "timeout", stage, check.timeout_ns);
  ok &= ReadDuration(instruction, "start-period", stage, check.start_period_ns);
  ok &= ReadDuration(instruction, "start-interval", stage, check.start_interval_ns);
  ok &= ReadRetries(instruction, stage, check.retries);
  if (!ok) return;

  std::string test;
  for (const std::string& word : check.test) test += (test.empty() ? "" : " ") + word;
  stage.AddHistory(
      instruction,
      fmt::format("HEALTHCHECK {{Test:[{}] Interval:{} Timeout:{} StartPeriod:{} StartInterval:{} "
                  "Retries:{}}}",
                  test, FormatDuration(check.interval_ns), FormatDuration(check.timeout_ns),
                  FormatDuration(check.start_period_ns), FormatDuration(check.start_interval_ns),
                  check.retries));
  stage.state().config.healthcheck = std::move(check);
}

}  // namespace cooper
