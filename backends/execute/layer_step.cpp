#include <optional>
#include <utility>

#include "backends/execute/layers/layer_blob.h"
#include "backends/execute/step_worker.h"
#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/tree/stoppable_sink.h"

namespace cooper {
namespace {

// What the layer of the step says, if its files are in the store.
Result<std::optional<LayerIndex>> IndexOnDisk(Store& store, const Digest& id) {
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> known, store.FindLayer(id));
  if (!known || !known->snapshot || !known->index) return std::optional<LayerIndex>();
  COOPER_ASSIGN_OR_RETURN(LayerIndex index, store.LoadIndex(*known->index));
  return std::optional(std::move(index));
}

// Takes over what was prepared, if the layer is to have just these entries: files are
// not read for that, as their content comes from the same source.
Result<bool> TakePrepared(StepWorker& worker, const Step& step, VertexId base,
                          const std::optional<LayerIndex>& on_disk, LayerRecord& record) {
  const std::optional<PreparedLayer> prepared = worker.prepared.Take(step.vertex);
  if (!prepared) return false;
  LayerIndex index;
  if (!on_disk) {
    IndexRecorder recorder(nullptr);
    COOPER_RETURN_IF_ERROR(ApplyFileOp(worker, step.vertex, base, recorder));
    index = recorder.Take();
  }
  const LayerIndex& wanted = on_disk ? *on_disk : index;
  if (wanted.entries() != prepared->index.entries()) return false;
  record.diff_id = prepared->record.diff_id;
  record.blob = prepared->record.blob;
  if (!on_disk) {
    COOPER_ASSIGN_OR_RETURN(record.index, worker.catalog.store().SaveIndex(wanted));
  }
  return true;
}

}  // namespace

Status DoLayerStep(StepWorker& worker, const Step& step, std::stop_token stop) {
  Store& store = worker.catalog.store();
  const Digest id = worker.catalog.LayerIdOf(step.vertex);
  const VertexId base = worker.catalog.plan().graph.vertex(step.vertex).inputs[0].vertex;
  LayerRecord record;
  record.created = worker.options.started;
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerIndex> on_disk, IndexOnDisk(store, id));
  COOPER_ASSIGN_OR_RETURN(const bool taken, TakePrepared(worker, step, base, on_disk, record));
  if (taken) return worker.catalog.Record(step, record);

  const auto send = [&](EntrySink& writer) -> Status {
    StoppableSink layer(writer, stop);
    if (on_disk) return SendLayer(*on_disk, *worker.catalog.Content(id, FileTree()), layer);
    IndexRecorder recorder(&layer);
    COOPER_RETURN_IF_ERROR(ApplyFileOp(worker, step.vertex, base, recorder));
    COOPER_ASSIGN_OR_RETURN(record.index, store.SaveIndex(recorder.Take()));
    return Ok();
  };
  COOPER_RETURN_IF_ERROR(WriteLayerBlob(store, worker.options.layers, send, record));
  return worker.catalog.Record(step, record);
}

}  // namespace cooper
