// Durations as Go writes them: "1m30s", "1.5h", "100ms".

#ifndef COOPER_FRONTENDS_DOCKERFILE_OPERANDS_DURATION_H_
#define COOPER_FRONTENDS_DOCKERFILE_OPERANDS_DURATION_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace cooper {

// Nanoseconds. Each number but a lone 0 needs a unit: ns us ms s m h. The error
// is kInvalidArgument.
Result<int64_t> ParseDuration(std::string_view text);

// The shortest form that Go's time.Duration prints: 90 s is "1m30s".
std::string FormatDuration(int64_t ns);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_OPERANDS_DURATION_H_
