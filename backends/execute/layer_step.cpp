#include <optional>
#include <utility>

#include "backends/execute/step_worker.h"
#include "backends/execute/stored_content.h"
#include "backends/filesystem/overlay_diff.h"

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

Status DoLayerStep(StepWorker& worker, const Step& step, std::stop_token) {
  Store& store = worker.catalog.store();
  const Digest id = worker.catalog.LayerIdOf(step.vertex);
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> blob, store.NewBlob());
  LayerWriter layer(worker.options.layers,
                    [&blob](std::string_view bytes) { return blob->Write(bytes); });

  LayerRecord record;
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> known, store.FindLayer(id));
  if (known && known->snapshot && known->index) {
    COOPER_ASSIGN_OR_RETURN(const LayerIndex index, store.LoadIndex(*known->index));
    COOPER_RETURN_IF_ERROR(SendLayer(index, *StoredContent(store, id), layer));
  } else {
    IndexRecorder recorder(&layer);
    COOPER_RETURN_IF_ERROR(ApplyFileOp(worker, step.vertex, recorder));
    COOPER_ASSIGN_OR_RETURN(record.index, store.SaveIndex(recorder.Take()));
  }

  COOPER_ASSIGN_OR_RETURN(const WrittenLayer written, layer.Finish());
  COOPER_RETURN_IF_ERROR(blob->Commit(written.digest));
  record.diff_id = written.diff_id;
  record.blob =
      Descriptor{.media_type = std::string(LayerMediaType(worker.options.layers.compression)),
                 .digest = written.digest,
                 .size_bytes = written.size_bytes,
                 .annotations = {},
                 .platform = {}};
  return store.PutLayer(id, record);
}

}  // namespace cooper
