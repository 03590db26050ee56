// Reads small texts that the caller names: Dockerfiles, ignore files.

#ifndef COOPER_CLI_INPUTS_READ_FILE_H_
#define COOPER_CLI_INPUTS_READ_FILE_H_

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

// As ReadTextFile for a file that may lie in the build context `directory` (empty:
// there is none). One that does is not followed out of it: the context may be
// someone else's, and messages quote what is read. kContext when a symbolic link
// leads out.
Result<std::optional<std::string>> ReadContextText(const std::string& directory,
                                                   const std::string& path, const std::string& role,
                                                   size_t max_bytes);

}  // namespace cooper

#endif  // COOPER_CLI_INPUTS_READ_FILE_H_
