#include "cli/store/size_text.h"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <iterator>

namespace cooper {

std::string SizeText(uint64_t bytes) {
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // Not "1024.0 KiB" for what rounds up to it.
  while (value >= 1023.95 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string TimeText(int64_t nanoseconds_since_1970) {
  const time_t seconds = nanoseconds_since_1970 / 1'000'000'000;
  tm parts{};
  std::array<char, 32> text{};
  if (gmtime_r(&seconds, &parts) == nullptr) return "?";
  return std::string(text.data(), strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
}

}  // namespace cooper
