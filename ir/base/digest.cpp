#include "ir/base/digest.h"

#include "ir/base/sha256.h"
#include "ir/text/hex.h"

namespace cooper {
namespace {

constexpr std::string_view kPrefix = "sha256:";

}  // namespace

std::optional<Digest> Digest::Parse(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  return FromHex(text.substr(kPrefix.size()));
}

std::optional<Digest> Digest::FromHex(std::string_view hex) {
  if (hex.size() != 2 * kBytes) return std::nullopt;
  std::array<uint8_t, kBytes> bytes{};
  for (size_t i = 0; i < kBytes; ++i) {
    const int high = HexValue(hex[2 * i]);
    const int low = HexValue(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return Digest(bytes);
}

Digest Digest::Of(std::string_view data) {
  Sha256 hash;
  hash.Update(data);
  return hash.Finish();
}

std::string Digest::ToString() const { return std::string(kPrefix) + Hex(); }

std::string Digest::Hex() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(2 * kBytes, '0');
  for (size_t i = 0; i < kBytes; ++i) {
    hex[2 * i] = kDigits[bytes_[i] >> 4];
    hex[2 * i + 1] = kDigits[bytes_[i] & 0xf];
  }
  return hex;
}

std::string Digest::ShortHex() const { return Hex().substr(0, 12); }

}  // namespace cooper
