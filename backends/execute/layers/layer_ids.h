// Which layer of the store stands for a cache key, in one build.
//
// A layer never changes once it is recorded, so each execution of a step makes a
// layer with an id of its own, and the store remembers the newest for the key. What
// a build has found once stays its answer: another build on the store may record a
// newer layer meanwhile, which is not whole yet. Owned by whoever owns the store's
// handle; may be used from several threads.

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_IDS_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_IDS_H_

#include <map>
#include <mutex>
#include <optional>

#include "backends/store/store.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/plan/build_plan.h"

namespace cooper {

class LayerIds {
 public:
  explicit LayerIds(Store& store) : store_(store) {}

  // The layer that a former execution made for `key`.
  Result<std::optional<Digest>> Find(const Digest& key);

 private:
  Store& store_;
  std::mutex mutex_;
  std::map<Digest, std::optional<Digest>> found_;
};

// The id of the layer of each vertex that has steps with a key: the one that was
// found, or a new one where the files are made by this build. `no_cache` makes all new.
Result<std::map<VertexId, Digest>> ChooseLayerIds(const BuildPlan& plan, LayerIds& ids,
                                                  bool no_cache);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_IDS_H_
