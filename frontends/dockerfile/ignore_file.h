// Reads a .dockerignore into the patterns that a context is filtered by.

#ifndef COOPER_FRONTENDS_DOCKERFILE_IGNORE_FILE_H_
#define COOPER_FRONTENDS_DOCKERFILE_IGNORE_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

inline constexpr size_t kMaxIgnorePatterns = 100'000;

// The patterns in order, cleaned: no comments, no outer blanks, no leading `/`,
// `!` kept in front of exceptions. The error is kIgnorePattern with the line.
// Matching is the backends' part.
Result<std::vector<std::string>> ParseIgnoreFile(std::string_view text);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_IGNORE_FILE_H_
