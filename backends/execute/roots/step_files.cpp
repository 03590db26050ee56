#include "backends/execute/roots/step_files.h"

#include <utility>

#include "backends/execute/roots/overlay_files.h"
#include "backends/execute/roots/plain_files.h"

namespace cooper {

Result<std::unique_ptr<StepFiles>> OpenStepFiles(LayerCatalog& catalog, WorkingRoots& roots,
                                                 VertexId base, const Digest& layer_id,
                                                 RootForm form, LogSink& log,
                                                 std::stop_token stop) {
  if (form == RootForm::kOverlay) return OpenOverlayFiles(catalog, base, layer_id);
  return OpenPlainFiles(catalog, roots, base, layer_id, form, log, std::move(stop));
}

}  // namespace cooper
