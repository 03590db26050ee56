// Compresses one piece of a layer on its own, so that pieces can be compressed in
// parallel, joined, and used again: a gzip member or a zstd frame.

#ifndef COOPER_BACKENDS_LAYER_CODEC_PIECE_CODEC_H_
#define COOPER_BACKENDS_LAYER_CODEC_PIECE_CODEC_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace cooper {

// Holds the codec's work memory; one thread at a time.
class PieceCodec {
 public:
  virtual ~PieceCodec() = default;
  // What the result depends on beside the piece: program, version, level.
  virtual std::string Name() const = 0;
  // The most bytes that a piece of this size can become.
  virtual size_t Bound(size_t piece_bytes) const = 0;
  // Writes to `out`, which has Bound bytes, and returns how many. The result
  // depends on `piece` and the level alone.
  virtual Result<size_t> Compress(std::string_view piece, std::span<char> out) = 0;
};

// libdeflate; levels 1 to 12, 0 is 2. No name, no time in the member's header.
Result<std::unique_ptr<PieceCodec>> MakeGzipCodec(int level);
// zstd; levels 1 to 19, 0 is 3. The frame states its content size.
Result<std::unique_ptr<PieceCodec>> MakeZstdCodec(int level);

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_CODEC_PIECE_CODEC_H_
