// Reads layer tars and the archives of ADD.

#ifndef COOPER_BACKENDS_LAYER_LAYER_READER_H_
#define COOPER_BACKENDS_LAYER_LAYER_READER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "backends/filesystem/tree/content.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/image/media_type.h"

namespace cooper {

// Limits on what one archive may hold; beyond them reading is kLimitExceeded.
struct ArchiveLimits {
  uint64_t expanded_bytes = uint64_t{64} << 30;
  uint64_t entries = 10'000'000;
  uint64_t path_bytes = 4096;
  uint64_t xattr_bytes = 1 << 20;  // of one entry
};

// The entries of a layer. Paths come out clean and inside the root, whiteouts
// and opaque marks (`.wh.`, `.wh..wh..opq`) in their neutral form.
class LayerReader : public EntrySource {
 public:
  // After Next returned the end: the digest of the uncompressed tar, all of it,
  // trailing padding included. kLayerInvalid when bytes follow the compressed stream.
  virtual Result<Digest> DiffId() = 0;
};

// `blob` is the compressed stream, owned. The compression must be what the
// media type says. Malformed tar, pax or compression is kLayerInvalid.
Result<std::unique_ptr<LayerReader>> OpenLayer(std::unique_ptr<ContentReader> blob,
                                               Compression compression,
                                               const ArchiveLimits& limits = {});

// An ArchiveOpener for ADD: detects tar, plain or compressed with gzip, bzip2, xz
// or zstd, by content. `.wh.` names have no meaning here. When the content is not
// an archive nothing is returned, and `content` has been read from.
Result<std::optional<std::unique_ptr<EntrySource>>> OpenArchive(ContentReader& content,
                                                                const ArchiveLimits& limits = {});

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_LAYER_READER_H_
