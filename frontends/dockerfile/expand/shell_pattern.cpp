#include "frontends/dockerfile/expand/shell_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cooper {
namespace {

// Code points of UTF-8; a byte that is not valid stands for itself.
std::vector<std::string_view> CodePoints(std::string_view text) {
  std::vector<std::string_view> points;
  points.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    for (size_t k = 1; k < length; ++k) {
      if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) {
        length = 1;
      }
    }
    points.push_back(text.substr(i, length));
    i += length;
  }
  return points;
}

std::string Join(const std::vector<std::string_view>& points, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) text += points[i];
  return text;
}

bool Spend(uint64_t amount, uint64_t& steps) {
  const bool enough = amount < steps;
  steps = enough ? steps - amount : 0;
  return enough;
}

Error TooMuchWork() {
  return Error(DiagnosticKind::kLimitExceeded,
               "matching this pattern takes too many steps; shorten the value or the pattern");
}

}  // namespace

Result<ShellPattern> ShellPattern::Parse(std::string_view text) {
  ShellPattern pattern;
  const std::vector<std::string_view> points = CodePoints(text);
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i] == "*") {
      pattern.pieces_.push_back({Kind::kAnyRun, {}});
    } else if (points[i] == "?") {
      pattern.pieces_.push_back({Kind::kAnyByte, {}});
    } else if (points[i] == "\\") {
      if (i + 1 == points.size()) {
        return Error(DiagnosticKind::kBadSubstitution, "pattern ends in a lone `\\`");
      }
      const std::string_view next = points[++i];
      if (next.size() != 1 || std::string_view("*?\\}/").find(next) == std::string_view::npos) {
        return Error(DiagnosticKind::kBadSubstitution, fmt::format("invalid escape `\\{}`", next));
      }
      pattern.pieces_.push_back({Kind::kLiteral, std::string(next)});
    } else {
      pattern.pieces_.push_back({Kind::kLiteral, std::string(points[i])});
    }
  }
  return pattern;
}

// Follows all ways to match at once, so that no pattern makes it backtrack:
// `states[i]` holds when the first i pieces match what was read so far.
std::optional<size_t> ShellPattern::MatchPrefix(const std::vector<std::string_view>& text,
                                                size_t start, bool longest, uint64_t& steps) const {
  const size_t pieces = pieces_.size();
  std::vector<char> states(pieces + 1, 0);
  std::vector<char> next(pieces + 1, 0);
  const auto close = [&](std::vector<char>& set) {
    for (size_t i = 0; i < pieces; ++i) {
      if (set[i] && pieces_[i].kind == Kind::kAnyRun) set[i + 1] = 1;
    }
  };
  states[0] = 1;
  close(states);
  std::optional<size_t> found;
  for (size_t at = start;; ++at) {
    if (states[pieces]) {
      found = at - start;
      if (!longest) return found;
    }
    if (at == text.size() || std::find(states.begin(), states.end(), 1) == states.end()) break;
    if (!Spend(pieces + 1, steps)) return found;
    std::fill(next.begin(), next.end(), 0);
    for (size_t i = 0; i < pieces; ++i) {
      if (!states[i]) continue;
      if (pieces_[i].kind == Kind::kAnyRun) {
        next[i] = 1;
      } else if (pieces_[i].kind == Kind::kAnyByte || pieces_[i].character == text[at]) {
        next[i + 1] = 1;
      }
    }
    close(next);
    states.swap(next);
  }
  return found;
}

Result<std::string> ShellPattern::RemovePrefix(std::string_view value, bool longest,
                                               uint64_t& steps) const {
  if (!Spend(value.size(), steps)) return TooMuchWork();
  const std::vector<std::string_view> points = CodePoints(value);
  const std::optional<size_t> length = MatchPrefix(points, 0, longest, steps);
  if (steps == 0) return TooMuchWork();
  return Join(points, length.value_or(0), points.size());
}

Result<std::string> ShellPattern::RemoveSuffix(std::string_view value, bool longest,
                                               uint64_t& steps) const {
  if (!Spend(value.size(), steps)) return TooMuchWork();
  ShellPattern reversed = *this;
  std::reverse(reversed.pieces_.begin(), reversed.pieces_.end());
  std::vector<std::string_view> points = CodePoints(value);
  std::reverse(points.begin(), points.end());
  const std::optional<size_t> length = reversed.MatchPrefix(points, 0, longest, steps);
  if (steps == 0) return TooMuchWork();
  std::reverse(points.begin(), points.end());
  return Join(points, 0, points.size() - length.value_or(0));
}

Result<std::string> ShellPattern::Replace(std::string_view value, std::string_view replacement,
                                          bool all, uint64_t& steps) const {
  if (!Spend(value.size(), steps)) return TooMuchWork();
  const std::vector<std::string_view> points = CodePoints(value);
  std::string text;
  size_t at = 0;
  while (true) {
    const std::optional<size_t> length = MatchPrefix(points, at, true, steps);
    if (steps == 0) return TooMuchWork();
    if (length) {
      // Spent before it is made: the text never outgrows the steps.
      if (!Spend(replacement.size(), steps)) return TooMuchWork();
      text += replacement;
    }
    at += length.value_or(0);
    if (length && !all) break;
    if (at == points.size()) return text;
    // An empty match is found before every character, and each is kept.
    if (length.value_or(0) == 0) text += points[at++];
    if (at == points.size() && length.value_or(0) > 0) return text;
  }
  return text + Join(points, at, points.size());
}

}  // namespace cooper
