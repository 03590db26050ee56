// The mounts of a RUN step, made ready for the sandbox.

#ifndef COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_MOUNTS_H_
#define COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_MOUNTS_H_

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "backends/execute/layers/layer_catalog.h"
#include "backends/execute/mounts/run_cache_mounts.h"
#include "backends/execute/mounts/run_grants.h"
#include "backends/sandbox/relay/socket_relay.h"
#include "backends/sandbox/sandbox.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"

namespace cooper {

// Keeps what is mounted until the step has ended.
struct RunMounts {
  std::vector<SandboxMount> mounts;
  // Of files in them, where the disk cannot tell.
  std::vector<std::pair<NodeKey, NodeTruth>> known_owners;
  // Variables on top of the step's own, by name: secrets, and where an agent is.
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::unique_ptr<SnapshotWriter>> directories;
  RunCaches caches;
  std::vector<std::unique_ptr<SocketRelay>> agents;
};

// `vertex` is an exec. A bind mount shows a copy of what its tree has, so that what
// the step writes there is gone with the step and reaches nothing else. Secrets and
// agents that are neither given nor required are left out; a secret's variable is then
// empty. Waits for caches that other
// steps have locked, and says so in `log`.
Result<RunMounts> PrepareRunMounts(LayerCatalog& catalog, const Vertex& vertex,
                                   const RunGrants& grants, CacheUse use, LogSink& log,
                                   std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_MOUNTS_H_
