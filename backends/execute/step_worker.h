// Does one step of a plan. Each kind of step has its own source file.

#ifndef COOPER_BACKENDS_EXECUTE_STEP_WORKER_H_
#define COOPER_BACKENDS_EXECUTE_STEP_WORKER_H_

#include <stop_token>
#include <string>

#include "backends/execute/build_observer.h"
#include "backends/execute/executor.h"
#include "backends/execute/layers/layer_catalog.h"
#include "backends/execute/layers/prepared_layers.h"
#include "backends/execute/roots/working_roots.h"

namespace cooper {

// What every step works with; borrowed for the build.
struct StepWorker {
  LayerCatalog& catalog;
  WorkingRoots& roots;
  ImageSource& images;
  HttpSource& downloads;
  const ExecutorOptions& options;
  const std::string& resolv_conf;  // of this machine, for steps without mounts
  BuildObserver& observer;
  PreparedLayers& prepared;
};

// Brings the layers of an image, or the file behind a URL, into the store.
Status DoFetchStep(StepWorker& worker, const Step& step, std::stop_token stop);
// Runs a command in the sandbox; what it changed becomes a snapshot.
Status DoRunStep(StepWorker& worker, const Step& step, std::stop_token stop);
// Does a file op; the files that it adds become a snapshot.
Status DoFileStep(StepWorker& worker, const Step& step, std::stop_token stop);
// Writes the blob of a detached copy's layer, for its layer step to look at.
Status DoPrepareStep(StepWorker& worker, const Step& step, std::stop_token stop);
// Writes the blob of a layer, or takes it over from its preparation; from its snapshot
// or straight from the file op.
Status DoLayerStep(StepWorker& worker, const Step& step, std::stop_token stop);

// The entries that the file op at `vertex` adds to the tree of `base`, sent to `sink`.
Status ApplyFileOp(StepWorker& worker, VertexId vertex, VertexId base, EntrySink& sink);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_STEP_WORKER_H_
