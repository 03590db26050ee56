// Streaming SHA-256: the adapter of OpenSSL's EVP digests.

#ifndef COOPER_IR_BASE_SHA256_H_
#define COOPER_IR_BASE_SHA256_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "ir/base/digest.h"

namespace cooper {

// Feed bytes, then Finish once. Movable, not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(std::string_view bytes);

  // A string with its length in front, so that ("ab", "c") and ("a", "bc")
  // differ. Every key of cooper is built from framed parts.
  void UpdateFramed(std::string_view bytes);
  void UpdateFramed(uint64_t value);

  Digest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_IR_BASE_SHA256_H_
