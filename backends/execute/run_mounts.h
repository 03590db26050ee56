// The mounts of a RUN step, made ready for the sandbox.

#ifndef COOPER_BACKENDS_EXECUTE_RUN_MOUNTS_H_
#define COOPER_BACKENDS_EXECUTE_RUN_MOUNTS_H_

#include <memory>
#include <vector>

#include "backends/execute/layer_catalog.h"
#include "backends/sandbox/sandbox.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"

namespace cooper {

// Keeps the directories that are mounted until the step has ended.
struct RunMounts {
  std::vector<SandboxMount> mounts;
  std::vector<std::unique_ptr<SnapshotWriter>> directories;
};

// `vertex` is an exec. A bind mount shows a copy of what its tree has, so that
// what the step writes there is gone with the step and reaches nothing else.
// kUnsupported names a type that cannot be mounted.
Result<RunMounts> PrepareRunMounts(LayerCatalog& catalog, const Vertex& vertex);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_RUN_MOUNTS_H_
