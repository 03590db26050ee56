// Compresses the pieces of a layer on threads and gives them back in order.
//
// One thread fills pieces and submits them; the pool's own threads compress. A
// fixed set of piece buffers goes round, so memory is O(threads x piece), and a
// producer that is too fast writes out finished pieces or waits.

#ifndef COOPER_BACKENDS_LAYER_CODEC_COMPRESSOR_POOL_H_
#define COOPER_BACKENDS_LAYER_CODEC_COMPRESSOR_POOL_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "backends/layer/codec/piece_cache.h"
#include "ir/base/result.h"
#include "ir/image/media_type.h"

namespace cooper {

class CompressorPool {
 public:
  struct Settings {
    Compression compression = Compression::kGzip;
    int level = 0;
    unsigned threads = 1;         // > 0; Compression::kNone uses none
    size_t piece_bytes = 0;       // at most
    PieceCache* cache = nullptr;  // borrowed; may be null
  };
  // `piece` has key, digest and size when there is a cache and the piece is compressed.
  using Output = std::function<Status(std::string_view bytes, const WrittenPiece& piece)>;

  // `output` gets the compressed pieces in the order of submission, in the
  // thread that calls Submit and Drain.
  static Result<std::unique_ptr<CompressorPool>> Make(const Settings& settings, Output output);
  virtual ~CompressorPool() = default;

  // The buffer of `piece_bytes` to fill now; valid until Submit.
  virtual std::span<char> buffer() = 0;
  // Hands the first `size` bytes of the buffer on; an empty piece is left out. `digest`:
  // their SHA-256, which is used if there is a cache.
  virtual Status Submit(size_t size, const Digest& digest) = 0;
  // Waits until everything submitted went to the output.
  virtual Status Drain() = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_CODEC_COMPRESSOR_POOL_H_
