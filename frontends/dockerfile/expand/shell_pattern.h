// The patterns of `${v#p}`, `${v%p}` and `${v/p/r}`: `*`, `?` and escapes.
//
// Values, no state; safe from any thread.

#ifndef COOPER_FRONTENDS_DOCKERFILE_EXPAND_SHELL_PATTERN_H_
#define COOPER_FRONTENDS_DOCKERFILE_EXPAND_SHELL_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

class ShellPattern {
 public:
  // A backslash may stand before `*`, `?`, `\`, `}` and `/` only; anything else
  // is the error "invalid escape", of kind kBadSubstitution.
  static Result<ShellPattern> Parse(std::string_view text);

  // Each gives the value that remains and takes what that cost from `steps`. The
  // error is kLimitExceeded: there were not enough, and none is left.
  Result<std::string> RemovePrefix(std::string_view value, bool longest, uint64_t& steps) const;
  Result<std::string> RemoveSuffix(std::string_view value, bool longest, uint64_t& steps) const;
  Result<std::string> Replace(std::string_view value, std::string_view replacement, bool all,
                              uint64_t& steps) const;

 private:
  enum class Kind : uint8_t { kLiteral, kAnyByte, kAnyRun };
  struct Piece {
    Kind kind;
    std::string character;  // one code point, for kLiteral
  };

  // Lengths (in code points) of the prefixes of `text` that match: the first
  // found or the last.
  std::optional<size_t> MatchPrefix(const std::vector<std::string_view>& text, size_t start,
                                    bool longest, uint64_t& steps) const;

  std::vector<Piece> pieces_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_EXPAND_SHELL_PATTERN_H_
