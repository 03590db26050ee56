// SOURCE_DATE_EPOCH: the time that a build says things were made at
// (reproducible-builds.org/specs/source-date-epoch).

#ifndef COOPER_IR_BASE_SOURCE_DATE_EPOCH_H_
#define COOPER_IR_BASE_SOURCE_DATE_EPOCH_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace cooper {

inline constexpr std::string_view kSourceDateEpoch = "SOURCE_DATE_EPOCH";

// Seconds since 1970, of the variable's value: decimal digits alone, up to the
// last second of the year 9999, which RFC 3339 can still write.
std::optional<int64_t> ParseSourceDateEpoch(std::string_view text);

}  // namespace cooper

#endif  // COOPER_IR_BASE_SOURCE_DATE_EPOCH_H_
