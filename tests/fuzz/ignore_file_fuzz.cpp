// .dockerignore: reading the file, and matching paths. An input is the file, a
// line `---`, and paths, one a line.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "backends/filesystem/tree/pattern_matcher.h"
#include "frontends/dockerfile/ignore_file.h"
#include "tests/fuzz/fuzz_target.h"

namespace cooper {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kMaxPathBytes = 128;
constexpr int kMaxPaths = 16;

// A matcher is asked for clean relative paths alone.
bool IsCleanPath(std::string_view path) {
  if (path.empty() || path.size() > kMaxPathBytes) return false;
  while (true) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool HasOuterBlanks(std::string_view text) {
  return kBlanks.find(text.front()) != std::string_view::npos ||
         kBlanks.find(text.back()) != std::string_view::npos;
}

// The pattern that matches `path` and what is below it, nothing else.
std::string Literally(std::string_view path) {
  std::string pattern;
  for (const char c : path) {
    if (std::string_view("*?[]\\!").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

PatternMatcher With(std::vector<std::string> patterns, std::string last) {
  patterns.push_back(std::move(last));
  Result<PatternMatcher> matcher = PatternMatcher::Compile(patterns);
  Require(matcher.ok(), "one more good pattern compiles", patterns.back());
  return *std::move(matcher);
}

void CheckPatterns(std::string_view file, const std::vector<std::string>& patterns) {
  std::string text;
  // `/!x` is the text `!x` once it is clean, which then reads as an exception.
  bool plain = file.find("/!") == std::string_view::npos;
  for (const std::string& pattern : patterns) {
    Require(!pattern.empty() && pattern != "!", "no pattern is empty");
    Require(pattern.find('\n') == std::string::npos, "a pattern is one line", pattern);
    // Cleaning may bring to the front what would be read otherwise there.
    const std::string_view bare = std::string_view(pattern).substr(pattern[0] == '!' ? 1 : 0);
    plain = plain && !HasOuterBlanks(bare) && pattern[0] != '#' && bare[0] != '!' &&
            !pattern.starts_with(kByteOrderMark);
    text += pattern + "\n";
  }
  if (!plain) return;
  const Result<std::vector<std::string>> again = ParseIgnoreFile(text);
  Require(again.ok() && *again == patterns, "clean patterns stay as they are", text);
}

// What one search finds is what a match of each parent finds.
void CheckGlob(std::string_view pattern, std::string_view path) {
  const std::optional<Glob> glob = Glob::Compile(pattern, GlobDialect::kIgnore);
  if (!glob) return;
  bool matched = glob->Matches(path);
  for (size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    matched = matched || glob->Matches(path.substr(0, slash));
  }
  Require(glob->MatchesOrParent(path) == matched, "a parent that matches is found", pattern);
}

void CheckPath(const std::vector<std::string>& patterns, const PatternMatcher& matcher,
               std::string_view path) {
  for (const std::string& pattern : patterns) CheckGlob(pattern, path);
  const bool matched = matcher.Matches(path);
  const bool exceptions = std::any_of(patterns.begin(), patterns.end(),
                                      [](const std::string& text) { return text[0] == '!'; });
  if (matched && !exceptions) {
    Require(matcher.Matches(std::string(path) + "/below"), "what is below goes as well", path);
  }
  for (size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::string_view parent = path.substr(0, slash);
    if (!matched && matcher.Matches(parent)) {
      Require(matcher.MayReinclude(parent), "what is included again can be reached", path);
    }
  }
  if (HasOuterBlanks(path)) return;
  const std::string literally = Literally(path);
  Require(With(patterns, literally).Matches(path), "the last pattern excludes", path);
  Require(!With(patterns, "!" + literally).Matches(path), "the last pattern includes", path);
  Require(With(patterns, "**").Matches(path), "`**` excludes everything", path);
  Require(!With(patterns, "!**").Matches(path), "`!**` includes everything", path);
}

}  // namespace
}  // namespace cooper

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper;
  std::string_view paths = InputText(data, size);
  std::string file;
  while (!paths.empty()) {
    const std::string_view line = TakeLine(paths);
    if (line == "---") break;
    file += std::string(line) + "\n";
  }
  const Result<std::vector<std::string>> patterns = ParseIgnoreFile(file);
  if (!patterns.ok()) {
    Require(!patterns.error().message().empty(), "a refused file has a reason", file);
    return 0;
  }
  CheckPatterns(file, *patterns);
  const Result<PatternMatcher> matcher = PatternMatcher::Compile(*patterns);
  if (!matcher.ok()) return 0;
  for (int i = 0; i < kMaxPaths && !paths.empty(); ++i) {
    const std::string_view path = TakeLine(paths);
    if (IsCleanPath(path)) CheckPath(*patterns, *matcher, path);
  }
  return 0;
}
