#include "backends/filesystem/tree/glob.h"

#include <algorithm>

namespace cooper {
namespace {

// Reads one UTF-8 character; a byte that is none counts as a character of its
// own, outside Unicode so that it equals only itself.
char32_t TakeCharacter(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  size_t size = 1;
  if (lead >= 0xc2 && lead < 0xe0) size = 2;
  if (lead >= 0xe0 && lead < 0xf0) size = 3;
  if (lead >= 0xf0 && lead < 0xf5) size = 4;
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  bool valid = size > 1 && at + size <= text.size();
  char32_t value = size > 1 ? lead & (0x7fU >> size) : 0;
  for (size_t i = 1; valid && i < size; ++i) {
    valid = (byte(at + i) & 0xc0) == 0x80;
    value = value << 6 | (byte(at + i) & 0x3fU);
  }
  if (!valid) {
    ++at;
    return 0x110000U + lead;
  }
  at += size;
  return value;
}

// One end of a range inside `[...]`; nothing when malformed (Go: getEsc).
std::optional<char32_t> TakeRangeEnd(std::string_view pattern, size_t& at) {
  if (at == pattern.size() || pattern[at] == '-' || pattern[at] == ']') return std::nullopt;
  if (pattern[at] == '\\' && ++at == pattern.size()) return std::nullopt;
  const char32_t character = TakeCharacter(pattern, at);
  if (at == pattern.size()) return std::nullopt;
  return character;
}

}  // namespace

std::optional<Glob> Glob::Compile(std::string_view pattern, GlobDialect dialect) {
  if (pattern.size() > kMaxPatternBytes) return std::nullopt;
  Glob glob;
  // moby compares "**" and nothing but plain text after it as a suffix: the text
  // may then begin inside a name ("**.go" matches "a.go").
  const bool suffix_only = pattern.starts_with("**") &&
                           pattern.find_first_of("*?[]\\", 2) == std::string_view::npos &&
                           !pattern.substr(2).starts_with('/');
  for (size_t at = 0; at < pattern.size();) {
    Token token;
    switch (pattern[at]) {
      case '*':
        ++at;
        token.kind = Kind::kStar;
        if (dialect == GlobDialect::kIgnore && at < pattern.size() && pattern[at] == '*') {
          ++at;
          if (at < pattern.size() && pattern[at] == '/') ++at;
          const bool rest = at == pattern.size() || suffix_only;
          token.kind = rest ? Kind::kRest : Kind::kDirectories;
        }
        ++glob.stars_;
        break;
      case '?':
        ++at;
        token.kind = Kind::kAny;
        break;
      case '[': {
        ++at;
        token.kind = Kind::kClass;
        if (at < pattern.size() && pattern[at] == '^') {
          token.negated = true;
          ++at;
        }
        while (at < pattern.size() && (pattern[at] != ']' || token.ranges.empty())) {
          const std::optional<char32_t> low = TakeRangeEnd(pattern, at);
          if (!low) return std::nullopt;
          std::optional<char32_t> high = low;
          if (pattern[at] == '-') {
            high = TakeRangeEnd(pattern, ++at);
            if (!high) return std::nullopt;
          }
          token.ranges.emplace_back(*low, *high);
        }
        if (at == pattern.size()) return std::nullopt;
        ++at;
        break;
      }
      case '\\':
        if (++at == pattern.size()) return std::nullopt;
        [[fallthrough]];
      default:
        token.character = TakeCharacter(pattern, at);
    }
    glob.tokens_.push_back(std::move(token));
  }
  return glob;
}

// Remembers at which positions what follows a star has been tried, once there is
// more than one star and so a reason to come back. Meeting such a position means
// that all later ones were tried too: the work is tokens times positions.
struct Glob::Search {
  std::string_view path;
  bool parents = false;  // a match may end where a parent's name does
  std::vector<bool> tried;

  bool MayEnd(size_t at) const {
    return at == path.size() || (parents && at > 0 && path[at] == '/');
  }
};

bool Glob::MatchesOne(const Token& token, char32_t character) {
  switch (token.kind) {
    case Kind::kLiteral:
      return character == token.character;
    case Kind::kAny:
      return character != U'/';
    default:
      break;
  }
  const bool inside = std::any_of(token.ranges.begin(), token.ranges.end(), [&](const auto& range) {
    return range.first <= character && character <= range.second;
  });
  return inside != token.negated;
}

// Recursion happens at stars alone, so its depth is bounded by kMaxPatternBytes.
bool Glob::MatchFrom(Search& search, size_t token, size_t at) const {
  const std::string_view path = search.path;
  for (; token < tokens_.size(); ++token) {
    const Kind kind = tokens_[token].kind;
    if (kind == Kind::kRest && token + 1 == tokens_.size()) return true;
    if (kind != Kind::kStar && kind != Kind::kDirectories && kind != Kind::kRest) {
      if (at == path.size() || !MatchesOne(tokens_[token], TakeCharacter(path, at))) return false;
      continue;
    }
    if (stars_ > 1 && search.tried.empty()) {
      search.tried.resize(tokens_.size() * (path.size() + 1));
    }
    bool boundary = true;
    for (;;) {
      if (boundary) {
        if (stars_ > 1) {
          const size_t slot = token * (path.size() + 1) + at;
          if (search.tried[slot]) return false;
          search.tried[slot] = true;
        }
        if (MatchFrom(search, token + 1, at)) return true;
      }
      if (at == path.size()) break;
      const char32_t character = TakeCharacter(path, at);
      if (kind == Kind::kStar && character == U'/') break;
      boundary = kind != Kind::kDirectories || character == U'/';
    }
    return false;
  }
  return search.MayEnd(at);
}

bool Glob::Matches(std::string_view path) const {
  Search search{.path = path, .tried = {}};
  return MatchFrom(search, 0, 0);
}

bool Glob::MatchesOrParent(std::string_view path) const {
  Search search{.path = path, .parents = true, .tried = {}};
  return MatchFrom(search, 0, 0);
}

}  // namespace cooper
