#include "backends/execute/layers/open_layer_blob.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace cooper {

Result<Compression> CompressionOf(const Descriptor& blob) {
  const std::optional<Compression> compression = LayerCompression(blob.media_type);
  if (compression) return *compression;
  return Error(DiagnosticKind::kImageInvalid,
               fmt::format("the media type `{}` is not one of a layer", blob.media_type));
}

Result<std::unique_ptr<LayerEntries>> OpenLayerBlob(Store& store, const Descriptor& blob,
                                                    FileTree lower, const ArchiveLimits& limits) {
  COOPER_ASSIGN_OR_RETURN(const Compression compression, CompressionOf(blob));
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<ContentReader> bytes, store.OpenBlob(blob.digest));
  return LayerEntries::Open(std::move(bytes), compression, std::move(lower), limits);
}

}  // namespace cooper
