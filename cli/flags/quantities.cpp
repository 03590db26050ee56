#include "cli/flags/quantities.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace cooper {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

// A number without sign at the front of `text`, which loses it.
std::optional<double> TakeNumber(std::string_view& text) {
  if (text.empty() || (text[0] != '.' && std::isdigit(static_cast<unsigned char>(text[0])) == 0)) {
    return std::nullopt;
  }
  double number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (read.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
  return number;
}

std::string TakeUnit(std::string_view& text) {
  std::string unit;
  while (!text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0) {
    unit += static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    text.remove_prefix(1);
  }
  return unit;
}

std::optional<double> SecondsOf(std::string_view unit) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400}};
  for (const auto& [name, seconds] : kUnits) {
    if (name == unit) return seconds;
  }
  return std::nullopt;
}

}  // namespace

Result<int64_t> ParseDuration(std::string_view flag, const std::string& text) {
  std::string_view rest = text;
  double seconds = 0;
  bool valid = !rest.empty();
  while (valid && !rest.empty()) {
    const std::optional<double> number = TakeNumber(rest);
    const std::optional<double> unit = number ? SecondsOf(TakeUnit(rest)) : std::nullopt;
    valid = unit.has_value();
    if (valid) seconds += *number * *unit;
  }
  if (!valid ||
      seconds * kNanosecondsPerSecond >= static_cast<double>(std::numeric_limits<int64_t>::max())) {
    return UsageError(
        fmt::format("`{} {}`: expected a duration such as `90m`, `24h` or `7d`", flag, text));
  }
  return static_cast<int64_t>(seconds * kNanosecondsPerSecond);
}

Result<uint64_t> ParseByteSize(std::string_view flag, const std::string& text) {
  std::string_view rest = text;
  const std::optional<double> number = TakeNumber(rest);
  std::string unit = TakeUnit(rest);
  if (unit.ends_with("ib")) {
    unit.erase(unit.size() - 2);
  } else if (unit.ends_with('b')) {
    unit.pop_back();
  }
  constexpr std::string_view kUnits = "kmgtp";
  const size_t power = unit.empty() ? 0 : kUnits.find(unit) + 1;
  const bool valid = number && rest.empty() && unit.size() <= 1 &&
                     (unit.empty() || kUnits.find(unit) != std::string_view::npos);
  const double bytes = valid ? *number * std::pow(1024.0, static_cast<double>(power)) : 0;
  if (!valid || bytes >= static_cast<double>(std::numeric_limits<int64_t>::max())) {
    return UsageError(
        fmt::format("`{} {}`: expected a size such as `500MB` or `20GB`", flag, text));
  }
  return static_cast<uint64_t>(bytes);
}

}  // namespace cooper
