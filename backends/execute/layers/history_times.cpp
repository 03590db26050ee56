#include "backends/execute/layers/history_times.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace cooper {

std::string Timestamp(const FileTime& time) {
  std::string text = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(time.seconds));
  if (time.nanoseconds != 0) text += fmt::format(".{:09}", time.nanoseconds);
  return text + "Z";
}

std::vector<std::string> HistoryTimes(const std::vector<std::optional<FileTime>>& layers,
                                      const std::string& base) {
  const auto first = std::find_if(layers.begin(), layers.end(),
                                  [](const std::optional<FileTime>& time) { return time; });
  std::string current = first == layers.end() ? base : Timestamp(**first);
  std::vector<std::string> times;
  times.reserve(layers.size());
  for (const std::optional<FileTime>& time : layers) {
    if (time) current = Timestamp(*time);
    times.push_back(current);
  }
  return times;
}

}  // namespace cooper
