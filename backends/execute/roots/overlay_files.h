// A root as an overlay of the layers' snapshots.

#ifndef COOPER_BACKENDS_EXECUTE_ROOTS_OVERLAY_FILES_H_
#define COOPER_BACKENDS_EXECUTE_ROOTS_OVERLAY_FILES_H_

#include <memory>

#include "backends/execute/roots/step_files.h"

namespace cooper {

Result<std::unique_ptr<StepFiles>> OpenOverlayFiles(LayerCatalog& catalog, VertexId base,
                                                    const Digest& layer_id);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_ROOTS_OVERLAY_FILES_H_
