// The patterns of .dockerignore and `--exclude` (moby's patternmatcher).

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_PATTERN_MATCHER_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_PATTERN_MATCHER_H_

#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/glob.h"
#include "ir/base/result.h"

namespace cooper {

// Immutable; may be used from several threads.
class PatternMatcher {
 public:
  // Patterns cleaned as `.dockerignore` reading leaves them; a leading `!` makes
  // an exception. A malformed pattern is kIgnorePattern.
  static Result<PatternMatcher> Compile(const std::vector<std::string>& patterns);

  // Whether `path` (clean, relative) or one of its parents is matched; the last
  // matching pattern decides.
  bool Matches(std::string_view path) const;

  // Whether a pattern with `!` could match something below `directory`, which
  // must then be walked although it is excluded itself.
  bool MayReinclude(std::string_view directory) const;

  bool empty() const { return patterns_.empty(); }

 private:
  struct Pattern {
    std::string text;
    Glob glob;
    bool exception = false;
  };
  std::vector<Pattern> patterns_;
};

// Whether something below `directory` could match `pattern` (kIgnore dialect, no
// `!`) itself or by a parent. May say yes too often, never no.
bool MayMatchBelow(std::string_view pattern, std::string_view directory);

// Go's filepath.Match: `*`, `?`, `[...]`, `\`; `*` and `?` do not cross `/`. A
// malformed pattern matches nothing.
bool MatchPath(std::string_view pattern, std::string_view path);
// Whether `path` has one of `*?[`, not escaped.
bool HasWildcard(std::string_view path);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_PATTERN_MATCHER_H_
