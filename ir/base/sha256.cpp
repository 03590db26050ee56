#include "ir/base/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cassert>

namespace cooper {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  [[maybe_unused]] const int started = EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
  assert(started == 1);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Update(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

void Sha256::UpdateFramed(std::string_view bytes) {
  UpdateFramed(static_cast<uint64_t>(bytes.size()));
  Update(bytes);
}

void Sha256::UpdateFramed(uint64_t value) {
  std::array<char, sizeof value> little_endian;
  for (size_t i = 0; i < sizeof value; ++i) little_endian[i] = static_cast<char>(value >> (8 * i));
  Update({little_endian.data(), little_endian.size()});
}

Digest Sha256::Finish() {
  std::array<uint8_t, Digest::kBytes> bytes{};
  EVP_DigestFinal_ex(state_->context, bytes.data(), nullptr);
  return Digest(bytes);
}

}  // namespace cooper
