#include <algorithm>
#include <utility>

#include "backends/execute/layers/layer_blob.h"
#include "backends/execute/step_worker.h"
#include "backends/filesystem/tree/stoppable_sink.h"

namespace cooper {

Status DoPrepareStep(StepWorker& worker, const Step& step, std::stop_token stop) {
  const std::vector<DetachedCopy>& all = worker.catalog.plan().detached;
  const auto detached = std::find_if(
      all.begin(), all.end(), [&](const DetachedCopy& one) { return one.copy == step.vertex; });
  if (detached == all.end()) {
    return Error(DiagnosticKind::kInternal, "a copy is prepared that is not detached");
  }
  PreparedLayer layer;
  const auto send = [&](EntrySink& writer) -> Status {
    StoppableSink sink(writer, stop);
    IndexRecorder recorder(&sink);
    COOPER_RETURN_IF_ERROR(ApplyFileOp(worker, step.vertex, detached->ground, recorder));
    layer.index = recorder.Take();
    return Ok();
  };
  const Status written =
      WriteLayerBlob(worker.catalog.store(), worker.options.layers, send, layer.record);
  if (written.ok()) worker.prepared.Put(step.vertex, std::move(layer));
  // What failed may not fail once the commands below have run, and else fails again.
  if (!written.ok() && stop.stop_requested()) return written;
  return Ok();
}

}  // namespace cooper
