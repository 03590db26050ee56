#include "frontends/dockerfile/operands/duration.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

namespace cooper {
namespace {

constexpr double kMaxNanoseconds = 9.2e18;

// Longer units first where one begins another ("ms" before "m").
constexpr std::array<std::pair<std::string_view, double>, 8> kUnits = {{{"ns", 1},
                                                                        {"us", 1e3},
                                                                        {"\xC2\xB5s", 1e3},
                                                                        {"\xCE\xBCs", 1e3},
                                                                        {"ms", 1e6},
                                                                        {"s", 1e9},
                                                                        {"m", 60e9},
                                                                        {"h", 3600e9}}};

// A decimal with up to `places` digits behind the point, without trailing zeros.
std::string Decimal(int64_t value, int64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  std::string fraction = fmt::format("{}", unit + value % unit).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return fraction.empty() ? text : text + "." + fraction;
}

}  // namespace

Result<int64_t> ParseDuration(std::string_view text) {
  const auto fail = [&](std::string_view why) {
    return Error(
        DiagnosticKind::kInvalidArgument,
        fmt::format("invalid duration `{}`: {}; write it as `30s`, `1m30s` or `100ms`", text, why));
  };
  std::string_view rest = text;
  double sign = 1;
  if (rest.starts_with('-') || rest.starts_with('+')) {
    if (rest[0] == '-') sign = -1;
    rest.remove_prefix(1);
  }
  if (rest == "0") return int64_t{0};
  if (rest.empty()) return fail("it is empty");
  double total = 0;
  while (!rest.empty()) {
    double number = 0;
    double scale = 1;
    size_t digits = 0;
    bool point = false;
    for (; !rest.empty(); rest.remove_prefix(1)) {
      const char c = rest[0];
      if (c == '.' && !point) {
        point = true;
      } else if (c >= '0' && c <= '9') {
        number = number * 10 + (c - '0');
        if (point) scale *= 10;
        ++digits;
      } else {
        break;
      }
      if (digits > 18) return fail("the number is too long");
    }
    if (digits == 0) return fail("a number is missing");
    double unit = 0;
    for (const auto& [name, value] : kUnits) {
      if (!rest.starts_with(name)) continue;
      unit = value;
      rest.remove_prefix(name.size());
      break;
    }
    if (unit == 0) return fail("a unit is missing");
    total += number / scale * unit;
  }
  if (total > kMaxNanoseconds) return fail("it is too long");
  return static_cast<int64_t>(std::llround(sign * total));
}

std::string FormatDuration(int64_t ns) {
  if (ns == 0) return "0s";
  if (ns < 0) return "-" + FormatDuration(-ns);
  if (ns < 1'000) return fmt::format("{}ns", ns);
  if (ns < 1'000'000) return Decimal(ns, 1'000) + "\xC2\xB5s";
  if (ns < 1'000'000'000) return Decimal(ns, 1'000'000) + "ms";
  const int64_t minutes = ns / 60'000'000'000;
  const std::string seconds = Decimal(ns % 60'000'000'000, 1'000'000'000) + "s";
  if (minutes == 0) return seconds;
  if (minutes < 60) return fmt::format("{}m{}", minutes, seconds);
  return fmt::format("{}h{}m{}", minutes / 60, minutes % 60, seconds);
}

}  // namespace cooper
