// One compiled wildcard pattern, in the two dialects that Dockerfiles use.
//
// Immutable; may be used from several threads. Time is bounded by pattern length
// times path length, whatever the pattern.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_GLOB_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_GLOB_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cooper {

enum class GlobDialect : uint8_t {
  kPath,    // Go's filepath.Match: `*`, `?`, `[...]`, `\`
  kIgnore,  // moby's patternmatcher: also `**`, any number of directories
};

class Glob {
 public:
  static constexpr size_t kMaxPatternBytes = 4096;

  // Nothing when the pattern is malformed by filepath.Match's rules, whatever the
  // dialect (moby checks with it too), or longer than kMaxPatternBytes.
  static std::optional<Glob> Compile(std::string_view pattern, GlobDialect dialect);

  // Whether the whole of `path` matches.
  bool Matches(std::string_view path) const;
  // Whether `path` or one of its parents does, in the time of one match.
  bool MatchesOrParent(std::string_view path) const;

 private:
  enum class Kind : uint8_t {
    kLiteral,      // the one character `character`
    kAny,          // `?`: one character but no `/`
    kClass,        // `[...]`: one character of `ranges`, which may be `/`
    kStar,         // `*`: no `/`
    kDirectories,  // `**` before more: nothing, or anything up to a `/`
    kRest,         // `**` at either end: anything
  };
  struct Token {
    Kind kind = Kind::kLiteral;
    bool negated = false;
    char32_t character = 0;
    std::vector<std::pair<char32_t, char32_t>> ranges;
  };
  struct Search;

  static bool MatchesOne(const Token& token, char32_t character);
  bool MatchFrom(Search& search, size_t token, size_t at) const;

  std::vector<Token> tokens_;
  size_t stars_ = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_GLOB_H_
