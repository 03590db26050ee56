#include "cli/image/ascii_json.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace cooper {
namespace {

constexpr uint32_t kReplacement = 0xfffd;

// The character that begins at `at`, which moves behind it.
uint32_t TakeCharacter(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  if (more == 0 || text.size() - at < more) return kReplacement;
  uint32_t character = lead & (0x3fU >> more);
  for (size_t i = 0; i < more; ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fU);
  }
  return character;
}

}  // namespace

std::string AsciiJson(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const uint32_t character = TakeCharacter(text, at);
    const bool space = character == '\n' || character == '\t' || character == ' ';
    if (space || (character > 0x20 && character < 0x7f)) {
      out += static_cast<char>(character);
    } else if (character == '\r') {
      out += ' ';
    } else if (character > 0xffff) {
      const uint32_t rest = character - 0x10000;
      out +=
          fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10 & 0x3ff), 0xdc00 + (rest & 0x3ff));
    } else {
      out += fmt::format("\\u{:04x}", character);
    }
  }
  return out;
}

}  // namespace cooper
