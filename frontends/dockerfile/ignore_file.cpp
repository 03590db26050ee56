#include "frontends/dockerfile/ignore_file.h"

#include <fmt/format.h>

#include <utility>

namespace cooper {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// As Go's filepath.Clean: `..` at the front stays, unless the path is absolute.
std::string Clean(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !rooted) {
      parts.push_back(part);
    }
  }
  std::string clean;
  for (const std::string_view part : parts) {
    if (rooted || !clean.empty()) clean += '/';
    clean += part;
  }
  if (clean.empty()) return rooted ? "/" : ".";
  return clean;
}

}  // namespace

Result<std::vector<std::string>> ParseIgnoreFile(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> patterns;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('#')) continue;
    std::string_view pattern = Trim(line);
    if (pattern.empty()) continue;
    const bool exception = pattern[0] == '!';
    if (exception) pattern = Trim(pattern.substr(1));
    std::string clean = pattern.empty() ? "" : Clean(pattern);
    if (clean.size() > 1 && clean[0] == '/') clean.erase(0, 1);
    // Cleaning may uncover the mark: `/!x` is an exception as well, `/!` one of nothing.
    if (clean.empty() || (!exception && clean == "!")) {
      return Error(
          DiagnosticKind::kIgnorePattern,
          fmt::format("line {}: illegal exclusion pattern `!`; name what to keep", number));
    }
    if (patterns.size() == kMaxIgnorePatterns) {
      return Error(DiagnosticKind::kLimitExceeded,
                   fmt::format("more than {} patterns", kMaxIgnorePatterns));
    }
    patterns.push_back((exception ? "!" : "") + std::move(clean));
  }
  return patterns;
}

}  // namespace cooper
