#include "backends/execute/roots/step_files.h"

#include "backends/execute/roots/overlay_files.h"

namespace cooper {

Result<std::unique_ptr<StepFiles>> OpenStepFiles(LayerCatalog& catalog, VertexId base,
                                                 const Digest& layer_id, RootForm form,
                                                 std::stop_token) {
  if (form == RootForm::kOverlay) return OpenOverlayFiles(catalog, base, layer_id);
  return Error(DiagnosticKind::kUnsupported, "steps without an overlay mount");
}

}  // namespace cooper
