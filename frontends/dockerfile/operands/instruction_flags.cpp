#include "frontends/dockerfile/operands/instruction_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "ir/text/text.h"

namespace cooper {
namespace {

using Kind = FlagSpec::Kind;

constexpr FlagSpec kFromFlags[] = {{"platform"}};
constexpr FlagSpec kCopyFlags[] = {{"from"},
                                   {"chown"},
                                   {"chmod"},
                                   {"link", Kind::kBool},
                                   {"parents", Kind::kBool},
                                   {"exclude", Kind::kRepeatable}};
constexpr FlagSpec kAddFlags[] = {{"chown"},
                                  {"chmod"},
                                  {"link", Kind::kBool},
                                  {"keep-git-dir", Kind::kBool},
                                  {"checksum"},
                                  {"unpack", Kind::kBool},
                                  {"exclude", Kind::kRepeatable}};
constexpr FlagSpec kRunFlags[] = {
    {"mount", Kind::kRepeatable}, {"network"}, {"security"}, {"device", Kind::kRepeatable}};
constexpr FlagSpec kHealthcheckFlags[] = {
    {"interval"}, {"timeout"}, {"start-period"}, {"start-interval"}, {"retries"}};

}  // namespace

std::span<const FlagSpec> FlagsOf(InstructionKind kind) {
  switch (kind) {
    case InstructionKind::kFrom:
      return kFromFlags;
    case InstructionKind::kCopy:
      return kCopyFlags;
    case InstructionKind::kAdd:
      return kAddFlags;
    case InstructionKind::kRun:
      return kRunFlags;
    case InstructionKind::kHealthcheck:
      return kHealthcheckFlags;
    default:
      return {};
  }
}

void CheckFlags(const Instruction& instruction, DiagnosticEngine& diagnostics) {
  const std::span<const FlagSpec> specs = FlagsOf(instruction.kind);
  std::vector<std::string_view> names;
  for (const FlagSpec& spec : specs) names.push_back(spec.name);
  for (const Flag& flag : instruction.flags) {
    const auto report = [&](DiagnosticKind kind, std::string message) {
      diagnostics.Report(kind, instruction.RangeOf(flag), std::move(message));
    };
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&](const FlagSpec& known) { return known.name == flag.name; });
    if (spec == specs.end()) {
      const std::optional<std::string_view> nearest = NearestName(flag.name, names);
      report(DiagnosticKind::kUnknownFlag,
             fmt::format("unknown flag `--{}` of {}{}", flag.name, InfoOf(instruction.kind).keyword,
                         nearest ? fmt::format("; did you mean `--{}`?", *nearest) : ""));
      continue;
    }
    if (spec->kind != Kind::kRepeatable && FindFlag(instruction, flag.name) != &flag) {
      report(DiagnosticKind::kInvalidFlag,
             fmt::format("duplicate flag specified: `--{}`; give it once", flag.name));
    }
    if (spec->kind == Kind::kBool) {
      if (flag.value && *flag.value != "true" && *flag.value != "false") {
        report(DiagnosticKind::kInvalidFlag,
               fmt::format("expecting boolean value for flag `--{}`, not `{}`; write `true` or "
                           "`false`",
                           flag.name, *flag.value));
      }
    } else if (!flag.value) {
      report(
          DiagnosticKind::kInvalidFlag,
          fmt::format("missing a value on flag `--{}`; write `--{}=VALUE`", flag.name, flag.name));
    }
  }
}

const Flag* FindFlag(const Instruction& instruction, std::string_view name) {
  for (const Flag& flag : instruction.flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

std::vector<const Flag*> FindFlags(const Instruction& instruction, std::string_view name) {
  std::vector<const Flag*> found;
  for (const Flag& flag : instruction.flags) {
    if (flag.name == name) found.push_back(&flag);
  }
  return found;
}

bool BoolFlag(const Instruction& instruction, std::string_view name, bool absent) {
  const Flag* flag = FindFlag(instruction, name);
  if (flag == nullptr) return absent;
  return !flag->value || *flag->value == "true";
}

}  // namespace cooper
