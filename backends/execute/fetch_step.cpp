#include <variant>

#include "backends/execute/step_worker.h"

namespace cooper {

Status DoFetchStep(StepWorker& worker, const Step& step, std::stop_token stop) {
  const Vertex& vertex = worker.catalog.plan().graph.vertex(step.vertex);
  const Op& source = vertex.op;
  if (const auto* file = std::get_if<SourceHttpOp>(&source)) {
    return worker.downloads.Fetch(*file, vertex.metadata.userinfo, stop);
  }
  COOPER_ASSIGN_OR_RETURN(const ImageDescription image, worker.catalog.Image(step.vertex));
  const std::vector<Digest> ids = ChainIds(image.config.diff_ids);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (stop.stop_requested()) {
      return Error(DiagnosticKind::kInterrupted, "the build was interrupted");
    }
    COOPER_RETURN_IF_ERROR(worker.images.FetchLayer(source, image, i, stop));
    LayerRecord record;
    record.diff_id = image.config.diff_ids[i];
    record.blob = image.manifest.layers[i];
    COOPER_RETURN_IF_ERROR(worker.catalog.store().PutLayer(ids[i], record));
  }
  return Ok();
}

}  // namespace cooper
