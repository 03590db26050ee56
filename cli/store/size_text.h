// Sizes and times as people read them.

#ifndef COOPER_CLI_STORE_SIZE_TEXT_H_
#define COOPER_CLI_STORE_SIZE_TEXT_H_

#include <cstdint>
#include <string>

namespace cooper {

// "0 B", "512 B", "1.5 KiB", "20.0 GiB".
std::string SizeText(uint64_t bytes);

// RFC 3339 in UTC, to the second.
std::string TimeText(int64_t nanoseconds_since_1970);

}  // namespace cooper

#endif  // COOPER_CLI_STORE_SIZE_TEXT_H_
