#include "ir/text/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <vector>

#include "ir/text/hex.h"

namespace cooper {
namespace {

// The length of the UTF-8 sequence at the front of `text`, or 0 if the bytes
// there are not well-formed (Unicode, table 3-7).
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const auto follows = [&](size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

uint32_t CodePoint(std::string_view sequence) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(sequence[i]); };
  switch (sequence.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1fu) << 6 | (byte(1) & 0x3fu);
    case 3:
      return (byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
    default:
      return (byte(0) & 0x07u) << 18 | (byte(1) & 0x3fu) << 12 | (byte(2) & 0x3fu) << 6 |
             (byte(3) & 0x3fu);
  }
}

// C1 controls, line separators and the bidirectional formatting characters.
bool SteersTerminal(uint32_t code) {
  return (code >= 0x80 && code <= 0x9f) || code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

void AppendByte(std::string& escaped, uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  escaped += "\\x";
  escaped += kDigits[byte >> 4];
  escaped += kDigits[byte & 0xf];
}

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (Lower(a[i - 1]) == Lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string EscapeForTerminal(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    // Most text is printable ASCII, and some is megabytes of a build's output.
    const auto plain = std::find_if(text.begin(), text.end(), [](char c) {
      return static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) >= 0x7f;
    });
    escaped.append(text.begin(), plain);
    text.remove_prefix(static_cast<size_t>(plain - text.begin()));
    if (text.empty()) break;
    const size_t length = Utf8Length(text);
    if (length == 0) {
      AppendByte(escaped, static_cast<uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = text.substr(0, length);
    const uint32_t code = CodePoint(sequence);
    if (code == '\t') {
      escaped += ' ';
    } else if (code == '\n') {
      escaped += "\\n";
    } else if (code < 0x20 || code == 0x7f) {
      AppendByte(escaped, static_cast<uint8_t>(code));
    } else if (SteersTerminal(code)) {
      escaped += fmt::format("\\u{{{:04x}}}", code);
    } else {
      escaped += sequence;
    }
    text.remove_prefix(length);
  }
  return escaped;
}

size_t DisplayWidth(std::string_view escaped) {
  return static_cast<size_t>(std::count_if(escaped.begin(), escaped.end(), [](char c) {
    return (static_cast<uint8_t>(c) & 0xc0) != 0x80;
  }));
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    const uint8_t first = static_cast<uint8_t>(text[0]);
    if (first == '"' || first == '\\') {
      quoted += '\\';
      quoted += text[0];
    } else if (first == '\n') {
      quoted += "\\n";
    } else if (first == '\t') {
      quoted += "\\t";
    } else if (length == 0 || first < 0x20 || first == 0x7f) {
      quoted += fmt::format("\\x{:02x}", first);
    } else {
      quoted += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(1, length));
  }
  quoted += '"';
  return quoted;
}

std::optional<std::string> Unquoted(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '"' || literal.back() != '"') return std::nullopt;
  literal = literal.substr(1, literal.size() - 2);
  std::string text;
  for (size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] == '"' || literal[i] == '\n') return std::nullopt;
    if (literal[i] != '\\') {
      text += literal[i];
      continue;
    }
    if (++i == literal.size()) return std::nullopt;
    switch (literal[i]) {
      case '"':
      case '\\':
        text += literal[i];
        break;
      case 'n':
        text += '\n';
        break;
      case 't':
        text += '\t';
        break;
      case 'x': {
        if (i + 2 >= literal.size()) return std::nullopt;
        const int high = HexValue(literal[i + 1]);
        const int low = HexValue(literal[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        text += static_cast<char>(high * 16 + low);
        i += 2;
        break;
      }
      default:
        return std::nullopt;
    }
  }
  return text;
}

std::optional<std::string_view> NearestName(std::string_view word,
                                            std::span<const std::string_view> candidates) {
  constexpr size_t kLongestWord = 64;
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  std::optional<std::string_view> nearest;
  // Two swapped letters count as two edits, and are the commonest slip.
  size_t limit = std::max<size_t>(2, word.size() / 3);
  if (word.size() <= 3) limit = 1;
  for (const std::string_view candidate : candidates) {
    // Lengths that differ this much say enough: a hostile name may be very long.
    if (candidate.size() > word.size() + limit) continue;
    const size_t distance = EditDistance(word, candidate);
    if (distance <= limit) {
      nearest = candidate;
      if (distance == 0) break;
      limit = distance - 1;
    }
  }
  return nearest;
}

}  // namespace cooper
