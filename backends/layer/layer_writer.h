// Writes a layer: entries -> tar -> SHA-256 -> compress -> output.
//
// The stages stream, so memory does not grow with the layer: compression works
// on pieces of about 1 MiB on a pool of threads, and the pieces are written in
// order. The bytes do not depend on the number of threads. A piece ends where an
// entry ends (large files: at fixed offsets from their own start), so that it
// depends on its content alone.

#ifndef COOPER_BACKENDS_LAYER_LAYER_WRITER_H_
#define COOPER_BACKENDS_LAYER_LAYER_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/layer/codec/piece_cache.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/image/media_type.h"

namespace cooper {

struct LayerWriterOptions {
  Compression compression = Compression::kGzip;
  int level = 0;         // 0: the default of the compression (gzip 2, zstd 3)
  unsigned threads = 0;  // compressing; 0: one per processor
  // Where compressed pieces are looked for; borrowed. Without one, and for layers that
  // are not compressed, no pieces are told of.
  PieceCache* pieces = nullptr;
};

// The digest of the output is whose who takes it.
struct WrittenLayer {
  Digest diff_id;           // of the tar stream
  uint64_t size_bytes = 0;  // of the output
  uint64_t tar_bytes = 0;
  std::vector<WrittenPiece> pieces;  // the first kMostPieces of the output
};

// Takes compressed bytes in order; called from the thread that calls Add and Finish.
using ByteOutput = std::function<Status(std::string_view bytes)>;

class LayerWriter : public EntrySink {
 public:
  // Memory must not grow with the layer: of more pieces (50 GB) nothing is kept.
  static constexpr size_t kMostPieces = 100'000;

  LayerWriter(LayerWriterOptions options, ByteOutput output);
  ~LayerWriter() override;  // joins its threads; without Finish the output is incomplete

  // Writes one entry as ustar, with pax records where ustar cannot say it: long or
  // non-ASCII names, large sizes and ids, xattrs (SCHILY.xattr.), times before
  // 1970 or with nanoseconds. Whiteouts become `.wh.` entries and opaque directories
  // get `.wh..wh..opq` right after them (OCI image-spec, layer.md).
  Status Add(const TreeEntry& entry, ContentReader* content) override;
  Result<WrittenLayer> Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_LAYER_WRITER_H_
