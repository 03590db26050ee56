// SHA-256 content digests in their textual and binary forms.

#ifndef COOPER_IR_BASE_DIGEST_H_
#define COOPER_IR_BASE_DIGEST_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cooper {

// A SHA-256 value. OCI's image-spec (descriptor.md, "Digests") allows other
// algorithms; cooper reads and writes sha256 alone.
class Digest {
 public:
  static constexpr size_t kBytes = 32;

  Digest() = default;  // all zero
  explicit Digest(const std::array<uint8_t, kBytes>& bytes) : bytes_(bytes) {}

  // Exactly "sha256:" and 64 lower-case hex digits.
  static std::optional<Digest> Parse(std::string_view text);
  // Exactly 64 lower-case hex digits.
  static std::optional<Digest> FromHex(std::string_view hex);
  // The digest of `data`.
  static Digest Of(std::string_view data);

  std::string ToString() const;  // "sha256:9f86..."
  std::string Hex() const;       // "9f86..."
  std::string ShortHex() const;  // the first 12 digits, for people
  const std::array<uint8_t, kBytes>& bytes() const { return bytes_; }

  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  std::array<uint8_t, kBytes> bytes_{};
};

}  // namespace cooper

template <>
struct std::hash<cooper::Digest> {
  size_t operator()(const cooper::Digest& digest) const noexcept {
    size_t value = 0;
    for (size_t i = 0; i < sizeof value; ++i) value = value << 8 | digest.bytes()[i];
    return value;
  }
};

#endif  // COOPER_IR_BASE_DIGEST_H_
