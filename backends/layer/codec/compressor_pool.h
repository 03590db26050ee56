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

#include "ir/base/result.h"
#include "ir/image/media_type.h"

namespace cooper {

class CompressorPool {
 public:
  using Output = std::function<Status(std::string_view bytes)>;

  // `output` gets the compressed pieces in the order of submission, in the
  // thread that calls Submit and Drain. `threads` > 0; Compression::kNone uses none.
  static Result<std::unique_ptr<CompressorPool>> Make(Compression compression, int level,
                                                      unsigned threads, size_t piece_bytes,
                                                      Output output);
  virtual ~CompressorPool() = default;

  // The buffer of `piece_bytes` to fill now; valid until Submit.
  virtual std::span<char> buffer() = 0;
  // Hands the first `size` bytes of the buffer on; an empty piece is left out.
  virtual Status Submit(size_t size) = 0;
  // Waits until everything submitted went to the output.
  virtual Status Drain() = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_CODEC_COMPRESSOR_POOL_H_
