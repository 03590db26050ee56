// SHA-256 of a stream and, of the same bytes, of the piece that is being read of it.
//
// Most of the work on a block is the same for both, and a processor with SHA
// instructions waits for results often enough to do the rest of the second for nothing:
// two digests at little more than the price of one. Elsewhere it is OpenSSL twice.

#ifndef COOPER_BACKENDS_LAYER_CODEC_TWIN_HASH_H_
#define COOPER_BACKENDS_LAYER_CODEC_TWIN_HASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ir/base/digest.h"
#include "ir/base/sha256.h"

namespace cooper {

class TwinHash {
 public:
  static constexpr size_t kBlockBytes = 64;

  enum class Method : uint8_t { kBest, kPortable };
  explicit TwinHash(Method method = Method::kBest);

  // Whole blocks alone. Goes into the stream, and is the piece whose digest is returned.
  Digest UpdateWithPiece(std::string_view piece);
  // Whole blocks alone; into the stream.
  void Update(std::string_view bytes);
  // Of the stream. Once.
  Digest Finish();

 private:
  const bool native_;
  std::array<uint32_t, 8> state_;
  uint64_t bytes_ = 0;
  Sha256 portable_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_CODEC_TWIN_HASH_H_
