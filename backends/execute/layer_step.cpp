#include <optional>

#include "backends/execute/layers/layer_blob.h"
#include "backends/execute/step_worker.h"
#include "backends/filesystem/disk/send_layer.h"

namespace cooper {

Status DoLayerStep(StepWorker& worker, const Step& step, std::stop_token) {
  Store& store = worker.catalog.store();
  const Digest id = worker.catalog.LayerIdOf(step.vertex);
  LayerRecord record;
  record.created = worker.options.started;
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> known, store.FindLayer(id));
  const auto send = [&](EntrySink& layer) -> Status {
    if (known && known->snapshot && known->index) {
      COOPER_ASSIGN_OR_RETURN(const LayerIndex index, store.LoadIndex(*known->index));
      return SendLayer(index, *worker.catalog.Content(id, FileTree()), layer);
    }
    IndexRecorder recorder(&layer);
    COOPER_RETURN_IF_ERROR(ApplyFileOp(worker, step.vertex, recorder));
    COOPER_ASSIGN_OR_RETURN(record.index, store.SaveIndex(recorder.Take()));
    return Ok();
  };
  COOPER_RETURN_IF_ERROR(WriteLayerBlob(store, worker.options.layers, send, record));
  return worker.catalog.Record(step, record);
}

}  // namespace cooper
