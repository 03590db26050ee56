#include "backends/filesystem/tree/pattern_matcher.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace cooper {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Go's filepath.Clean: unlike CleanTreePath it keeps a leading slash and `..`
// that climb out, for such patterns match nothing here.
std::string CleanPattern(std::string_view pattern) {
  const bool absolute = pattern.starts_with('/');
  std::vector<std::string_view> names;
  while (!pattern.empty()) {
    const size_t slash = pattern.find('/');
    const std::string_view name = pattern.substr(0, slash);
    pattern = slash == std::string_view::npos ? std::string_view() : pattern.substr(slash + 1);
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.push_back(name);
    } else if (!names.empty() && names.back() != "..") {
      names.pop_back();
    } else if (!absolute) {
      names.push_back(name);
    }
  }
  std::string clean = absolute ? "/" : "";
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) clean += '/';
    clean += names[i];
  }
  return clean.empty() ? "." : clean;
}

std::string_view TakeName(std::string_view& rest) {
  const size_t slash = rest.find('/');
  const std::string_view name = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return name;
}

}  // namespace

Result<PatternMatcher> PatternMatcher::Compile(const std::vector<std::string>& patterns) {
  PatternMatcher matcher;
  for (const std::string& written : patterns) {
    const std::string_view trimmed = Trim(written);
    if (trimmed.empty()) continue;
    std::string text = CleanPattern(trimmed);
    const bool exception = text.front() == '!';
    if (exception) text.erase(0, 1);
    if (text.empty()) {
      return Error(DiagnosticKind::kIgnorePattern,
                   "`!` without a pattern; write what to include again after it");
    }
    std::optional<Glob> glob = Glob::Compile(text, GlobDialect::kIgnore);
    if (!glob) {
      if (text.size() > Glob::kMaxPatternBytes) {
        return Error(DiagnosticKind::kIgnorePattern, "pattern of " + std::to_string(text.size()) +
                                                         " bytes; the limit is " +
                                                         std::to_string(Glob::kMaxPatternBytes));
      }
      return Error(DiagnosticKind::kIgnorePattern, "malformed pattern `" + written + "`");
    }
    matcher.patterns_.push_back(
        {.text = std::move(text), .glob = *std::move(glob), .exception = exception});
  }
  return matcher;
}

bool PatternMatcher::Matches(std::string_view path) const {
  bool matched = false;
  for (const Pattern& pattern : patterns_) {
    // Only a pattern that could turn the verdict is worth trying.
    if (pattern.exception != matched) continue;
    if (pattern.glob.MatchesOrParent(path)) matched = !pattern.exception;
  }
  return matched;
}

bool PatternMatcher::MayReinclude(std::string_view directory) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    return pattern.exception && MayMatchBelow(pattern.text, directory);
  });
}

bool MayMatchBelow(std::string_view pattern, std::string_view directory) {
  while (!directory.empty()) {
    // The pattern names a parent, and so everything below it.
    if (pattern.empty()) return true;
    const std::string_view wanted = TakeName(pattern);
    // A class or an escape can match a slash: where names end is then unknown.
    if (wanted.find("**") != std::string_view::npos || wanted.find('[') != std::string_view::npos ||
        wanted.ends_with('\\')) {
      return true;
    }
    if (!MatchPath(wanted, TakeName(directory))) return false;
  }
  return true;
}

bool MatchPath(std::string_view pattern, std::string_view path) {
  const std::optional<Glob> glob = Glob::Compile(pattern, GlobDialect::kPath);
  return glob && glob->Matches(path);
}

bool HasWildcard(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') {
      ++i;
    } else if (path[i] == '*' || path[i] == '?' || path[i] == '[') {
      return true;
    }
  }
  return false;
}

}  // namespace cooper
