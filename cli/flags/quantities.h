// Values of flags that are so much of something.

#ifndef COOPER_CLI_FLAGS_QUANTITIES_H_
#define COOPER_CLI_FLAGS_QUANTITIES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace cooper {

// "90s", "1h30m", "7d", "2w" in nanoseconds.
Result<int64_t> ParseDuration(std::string_view flag, const std::string& text);
// "500MB", "20g", "1.5GiB", "4096" in bytes; units are powers of 1024, as docker reads them.
Result<uint64_t> ParseByteSize(std::string_view flag, const std::string& text);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_QUANTITIES_H_
