// A root as a directory that the step changes itself.

#ifndef COOPER_BACKENDS_EXECUTE_ROOTS_PLAIN_FILES_H_
#define COOPER_BACKENDS_EXECUTE_ROOTS_PLAIN_FILES_H_

#include <memory>
#include <stop_token>

#include "backends/execute/roots/step_files.h"

namespace cooper {

Result<std::unique_ptr<StepFiles>> OpenPlainFiles(LayerCatalog& catalog, WorkingRoots& roots,
                                                  VertexId base, const Digest& layer_id,
                                                  RootForm form, LogSink& log,
                                                  std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_ROOTS_PLAIN_FILES_H_
