// Reads small texts that the caller names: Dockerfiles, ignore files.

#ifndef COOPER_CLI_READ_FILE_H_
#define COOPER_CLI_READ_FILE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "ir/base/result.h"

namespace cooper {

// The whole of a regular file ("-": standard input); nothing when it does not
// exist. A FIFO or device is refused without waiting on it. kContext names `role`
// ("the Dockerfile") and the path; kLimitExceeded beyond `max_bytes`.
Result<std::optional<std::string>> ReadTextFile(const std::string& path, const std::string& role,
                                                size_t max_bytes);

}  // namespace cooper

#endif  // COOPER_CLI_READ_FILE_H_
