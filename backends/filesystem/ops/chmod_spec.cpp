#include "backends/filesystem/ops/chmod_spec.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace cooper {
namespace {

constexpr uint32_t kUserBits = 04700;
constexpr uint32_t kGroupBits = 02070;
constexpr uint32_t kOtherBits = 01007;
constexpr uint32_t kExecuteBits = 0111;

uint32_t WhoBits(char who) {
  switch (who) {
    case 'u':
      return kUserBits;
    case 'g':
      return kGroupBits;
    case 'o':
      return kOtherBits;
    default:
      return 07777;
  }
}

std::optional<uint32_t> PermissionBits(char permission) {
  switch (permission) {
    case 'r':
      return 0444;
    case 'w':
      return 0222;
    case 'x':
      return kExecuteBits;
    case 's':
      return 06000;
    case 't':
      return 01000;
    default:
      return std::nullopt;
  }
}

bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

}  // namespace

Result<ChmodSpec> ChmodSpec::Parse(std::string_view text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (digits) {
    uint32_t mode = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error == std::errc() && end == text.data() + text.size() && mode <= 07777) {
      ChmodSpec spec;
      spec.octal_ = mode;
      return spec;
    }
  } else if (std::optional<ChmodSpec> spec = ParseSymbolic(text)) {
    return *std::move(spec);
  }
  return Error(
      DiagnosticKind::kInvalidFlag,
      "invalid chmod parameter `" + std::string(text) +
          "`; it should be an octal string between 0 and 07777, or symbolic as in `u=rwX`");
}

std::optional<ChmodSpec> ChmodSpec::ParseSymbolic(std::string_view text) {
  ChmodSpec spec;
  size_t at = 0;
  const auto peek = [&] { return at < text.size() ? text[at] : '\0'; };
  for (;;) {
    uint32_t who = 0;
    while (peek() != '\0' && IsOneOf(peek(), "ugoa")) who |= WhoBits(text[at++]);
    if (peek() == '\0' || !IsOneOf(peek(), "+-=")) return std::nullopt;
    while (peek() != '\0' && IsOneOf(peek(), "+-=")) {
      Action action;
      action.who = who == 0 ? 07777 : who;
      action.operation = text[at++];
      if (peek() != '\0' && IsOneOf(peek(), "ugo")) {
        action.copy_from = text[at++];
      } else {
        for (; peek() != '\0' && IsOneOf(peek(), "rwxXst"); ++at) {
          if (peek() == 'X') {
            action.if_any_x = true;
          } else {
            action.bits |= *PermissionBits(peek());
          }
        }
      }
      spec.actions_.push_back(action);
    }
    if (at == text.size()) return spec;
    if (text[at++] != ',') return std::nullopt;
  }
}

uint32_t ChmodSpec::Apply(uint32_t mode, bool is_directory) const {
  if (octal_) return *octal_;
  for (const Action& action : actions_) {
    uint32_t bits = action.bits;
    if (action.copy_from != 0) {
      const unsigned shift = action.copy_from == 'u' ? 6 : action.copy_from == 'g' ? 3 : 0;
      bits = ((mode >> shift) & 7) * 0111;
    }
    if (action.if_any_x && (is_directory || (mode & kExecuteBits) != 0)) bits |= kExecuteBits;
    bits &= action.who;
    switch (action.operation) {
      case '+':
        mode |= bits;
        break;
      case '-':
        mode &= ~bits;
        break;
      default:
        mode = (mode & ~action.who) | bits;
    }
  }
  return mode & 07777;
}

}  // namespace cooper
