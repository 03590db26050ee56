// The cache mounts of a RUN step: which directory of the store each of them shows.

#ifndef COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_CACHE_MOUNTS_H_
#define COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_CACHE_MOUNTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/execute/layers/layer_catalog.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"

namespace cooper {

struct RunCaches {
  std::map<const Mount*, std::string> paths;  // on this machine; of every cache mount
  std::vector<CacheLease> leases;             // until the step has ended
};

// How steps that share a cache use it at a time: all of them where its directory is
// mounted, one where it is moved into the step's root.
enum class CacheUse : uint8_t { kMounted, kMoved };

// `vertex` is an exec, whose mounts are the keys of `paths`. Mounts of one cache show
// one directory. What tells caches apart is their id, the mode and owner that a new one
// has, and what fills a new one (`from`). `waits` gets the id of a locked cache that
// another step has.
Result<RunCaches> LeaseRunCaches(LayerCatalog& catalog, const Vertex& vertex, CacheUse use,
                                 const std::function<void(const std::string& id)>& waits,
                                 std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_CACHE_MOUNTS_H_
