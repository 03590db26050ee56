// Executes a build plan: runs its steps and puts its images together.

#ifndef COOPER_BACKENDS_EXECUTE_EXECUTOR_H_
#define COOPER_BACKENDS_EXECUTE_EXECUTOR_H_

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/execute/build_observer.h"
#include "backends/execute/layers/layer_catalog.h"
#include "backends/execute/mounts/run_grants.h"
#include "backends/export/built_image.h"
#include "backends/filesystem/tree/tree_entry.h"
#include "backends/layer/layer_writer.h"
#include "backends/sandbox/sandbox.h"
#include "backends/source/http_source.h"
#include "backends/source/image_source.h"
#include "ir/base/result.h"
#include "ir/plan/build_plan.h"

namespace cooper {

struct ExecutorOptions {
  unsigned jobs = 4;  // steps at a time, beside the layers that are written
  unsigned layers_at_a_time = 2;
  LayerWriterOptions layers;
  FileTime started;  // of this build: when the layers that it makes were made
  FileTime now;      // of files that have no time of their own
  // No file of a new layer is later than its target's `source_date_epoch`: such
  // layers are written anew.
  bool rewrite_timestamps = false;
  std::map<std::string, std::string> proxy;  // values for ExecOp::proxy_env, by name
  RunGrants grants;
  // Files and directories that a build in place needs while it replaces everything else
  // in `/`, on top of those that WorkingRoots knows.
  std::vector<std::string> kept_paths;
  // Called once a RUN step is about to start; the sandbox must outlive the build.
  std::function<Result<Sandbox*>()> sandbox;
};

// Does the steps that are to run, in the order of their dependencies and several
// at a time. The first failure stops the others; it carries the range of its
// instruction and, for a RUN, the end of the log. Results of steps that had ended
// stay in the store, so that the next build goes on from there. Nothing is done when a
// RUN asks for more than it was granted (see CheckRunGrants).
Status ExecuteSteps(LayerCatalog& catalog, ImageSource& images, HttpSource& downloads,
                    const ExecutorOptions& options, BuildObserver& observer, std::stop_token stop);

// The image of target number `target` once its steps are done: config, history
// and layers of the base image first, then its own. An image is the same whenever
// it is put together: it tells the times at which its layers were made. kUsage when
// timestamps are to be rewritten and there is no time for it.
Result<BuiltImage> AssembleImage(LayerCatalog& catalog, size_t target,
                                 const ExecutorOptions& options);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_EXECUTOR_H_
