// USER: kept as written; looked up in the image when a RUN starts.

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

// One half of `user:group`; nothing is looked up.
std::string FaultOfPart(std::string_view part) {
  const bool is_signed = part.starts_with('-') || part.starts_with('+');
  const std::string_view digits = part.substr(is_signed ? 1 : 0);
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) {
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    // The largest number stands for "none" in system calls.
    if (is_signed || error != std::errc() || number == UINT32_MAX) {
      return fmt::format("an id is a number from 0 to {}", UINT32_MAX - 1);
    }
  }
  for (const char c : part) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '/' || c == ':') {
      return "a name has no blanks, control characters, `/` or further `:`";
    }
  }
  return "";
}

std::string FaultOfUser(std::string_view user) {
  const size_t colon = user.find(':');
  std::string fault = FaultOfPart(user.substr(0, colon));
  if (!fault.empty() || colon == std::string_view::npos) return fault;
  return FaultOfPart(user.substr(colon + 1));
}

}  // namespace

void LowerUser(const Instruction& instruction, StageLowering& stage) {
  std::optional<std::string> user = stage.Expand(instruction, instruction.arguments[0]);
  if (!user) return;
  const std::string fault = stage.state().platform.os == "windows" ? "" : FaultOfUser(*user);
  if (!fault.empty()) {
    stage.Report(
        DiagnosticKind::kInvalidArgument, instruction.RangeOf(instruction.arguments[0]),
        fmt::format("invalid user `{}`: {}; write `name[:group]` or `uid[:gid]`", *user, fault));
    return;
  }
  stage.AddHistory(instruction, "USER " + *user);
  stage.state().config.user = *std::move(user);
}

}  // namespace cooper
