#include "backends/sandbox/ladder/subordinate_ids.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace cooper {
namespace {

std::optional<uint32_t> Number(std::string_view text) {
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::vector<IdRange> SubordinateIds(std::string_view file, std::string_view name, uint32_t id) {
  std::vector<IdRange> ranges;
  const std::string number = std::to_string(id);
  while (!file.empty()) {
    const std::string_view line = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(file.size(), line.size() + 1));
    const size_t first_colon = line.find(':');
    const size_t last_colon = line.rfind(':');
    if (first_colon == last_colon) continue;
    const std::string_view owner = line.substr(0, first_colon);
    if (owner.empty() || (owner != name && owner != number)) continue;
    const auto first = Number(line.substr(first_colon + 1, last_colon - first_colon - 1));
    const auto count = Number(line.substr(last_colon + 1));
    if (first && count && *count > 0) ranges.push_back({*first, *count});
  }
  return ranges;
}

std::vector<IdRange> TakeIds(const std::vector<IdRange>& ranges, uint32_t wanted) {
  std::vector<IdRange> taken;
  for (const IdRange& range : ranges) {
    if (wanted == 0) break;
    taken.push_back({range.first, std::min(range.count, wanted)});
    wanted -= taken.back().count;
  }
  return taken;
}

}  // namespace cooper
