#include "backends/execute/layers/layer_blob.h"

#include <memory>
#include <string>
#include <string_view>

namespace cooper {
namespace {

std::string_view LayerMediaType(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return media_type::kOciLayer;
    case Compression::kGzip:
      return media_type::kOciLayerGzip;
    case Compression::kZstd:
      return media_type::kOciLayerZstd;
  }
  return media_type::kOciLayer;
}

}  // namespace

Status WriteLayerBlob(Store& store, const LayerWriterOptions& options,
                      const std::function<Status(EntrySink& sink)>& send, LayerRecord& record) {
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> blob, store.NewBlob());
  LayerWriter layer(options, [&blob](std::string_view bytes) { return blob->Write(bytes); });
  COOPER_RETURN_IF_ERROR(send(layer));
  COOPER_ASSIGN_OR_RETURN(const WrittenLayer written, layer.Finish());
  COOPER_RETURN_IF_ERROR(blob->Commit(written.digest));
  record.diff_id = written.diff_id;
  record.blob = Descriptor{.media_type = std::string(LayerMediaType(options.compression)),
                           .digest = written.digest,
                           .size_bytes = written.size_bytes,
                           .annotations = {},
                           .platform = {}};
  return Ok();
}

}  // namespace cooper
