// STOPSIGNAL: a signal's name or number.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

// Linux's names without SIG; the real-time ones are RTMIN..RTMIN+15 and RTMAX-14..RTMAX.
constexpr std::string_view kSignals[] = {
    "ABRT", "ALRM",   "BUS",  "CHLD",   "CLD",   "CONT", "FPE",  "HUP",   "ILL",
    "INT",  "IO",     "IOT",  "KILL",   "PIPE",  "POLL", "PROF", "PWR",   "QUIT",
    "SEGV", "STKFLT", "STOP", "SYS",    "TERM",  "TRAP", "TSTP", "TTIN",  "TTOU",
    "URG",  "USR1",   "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX"};

std::optional<int> SmallNumber(std::string_view digits) {
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  int number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

bool IsSignal(std::string_view text) {
  if (const std::optional<int> number = SmallNumber(text)) return *number > 0 && *number <= 64;
  std::string name(text);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (name.starts_with("SIG")) name.erase(0, 3);
  if (name.starts_with("RTMIN+")) {
    const std::optional<int> number = SmallNumber(std::string_view(name).substr(6));
    return number && *number >= 1 && *number <= 15;
  }
  if (name.starts_with("RTMAX-")) {
    const std::optional<int> number = SmallNumber(std::string_view(name).substr(6));
    return number && *number >= 1 && *number <= 14;
  }
  return std::find(std::begin(kSignals), std::end(kSignals), name) != std::end(kSignals);
}

}  // namespace

void LowerStopsignal(const Instruction& instruction, StageLowering& stage) {
  const Word& word = instruction.arguments[0];
  const std::optional<std::string> signal = stage.Expand(instruction, word);
  if (!signal) return;
  if (!IsSignal(*signal)) {
    stage.Report(DiagnosticKind::kInvalidArgument, instruction.RangeOf(word),
                 fmt::format("invalid signal `{}`; give a name such as SIGTERM or a number from 1 "
                             "to 64",
                             *signal));
    return;
  }
  stage.state().config.stop_signal = *signal;
  stage.AddHistory(instruction, "STOPSIGNAL " + *signal);
}

}  // namespace cooper
