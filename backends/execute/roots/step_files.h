// The root file system of one RUN step, and what the step changed in it.

#ifndef COOPER_BACKENDS_EXECUTE_ROOTS_STEP_FILES_H_
#define COOPER_BACKENDS_EXECUTE_ROOTS_STEP_FILES_H_

#include <memory>
#include <stop_token>
#include <variant>

#include "backends/execute/layers/layer_catalog.h"
#include "backends/execute/roots/working_roots.h"
#include "backends/filesystem/tree/layer_index.h"
#include "backends/sandbox/sandbox.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"

namespace cooper {

// Destroyed without Keep it leaves nothing in the store.
class StepFiles {
 public:
  virtual ~StepFiles() = default;
  // Where the step runs; valid as long as this object.
  virtual std::variant<OverlayRoot, PlainRoot> root() const = 0;
  // The directory that the step changes itself, to put mounts into; null for an overlay.
  virtual const WorkingRoot* working_root() const { return nullptr; }
  // Once the command has ended: makes what it changed a snapshot of the store, and
  // says what that is.
  virtual Result<LayerIndex> Keep(const RunOutcome& outcome) = 0;
};

// The files of the vertex `base` as the root of a step whose changes become the
// snapshot `layer_id`, in a form that the sandbox can give to a step. What is borrowed
// outlives the object; `log` is the step's.
Result<std::unique_ptr<StepFiles>> OpenStepFiles(LayerCatalog& catalog, WorkingRoots& roots,
                                                 VertexId base, const Digest& layer_id,
                                                 RootForm form, LogSink& log, std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_ROOTS_STEP_FILES_H_
