#include "ir/base/source_date_epoch.h"

#include <charconv>
#include <system_error>

namespace cooper {

std::optional<int64_t> ParseSourceDateEpoch(std::string_view text) {
  constexpr int64_t kLast = 253'402'300'799;
  int64_t seconds = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.front() == '-' || seconds > kLast) return std::nullopt;
  return seconds;
}

}  // namespace cooper
