// Compressed pieces of earlier layers, so that what is the same again is not compressed
// again.

#ifndef COOPER_BACKENDS_LAYER_CODEC_PIECE_CACHE_H_
#define COOPER_BACKENDS_LAYER_CODEC_PIECE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "ir/base/digest.h"

namespace cooper {

// A compressed piece and where it is in the output of its layer.
struct WrittenPiece {
  Digest key;     // of the uncompressed bytes and the codec
  Digest digest;  // of the compressed bytes
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
};

class PieceCache {
 public:
  // What Find copied.
  struct Found {
    size_t size_bytes = 0;
    Digest digest;
  };

  virtual ~PieceCache() = default;
  // Copies the compressed form of the piece to `out`, checked against its digest;
  // nothing when there is none that fits. Called from several threads.
  virtual std::optional<Found> Find(const Digest& key, std::span<char> out) = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_CODEC_PIECE_CACHE_H_
