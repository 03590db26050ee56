// Layers that were written before it was known whether they would be right.

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_PREPARED_LAYERS_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_PREPARED_LAYERS_H_

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "backends/filesystem/tree/layer_index.h"
#include "backends/store/store.h"
#include "ir/graph/build_graph.h"

namespace cooper {

struct PreparedLayer {
  LayerIndex index;
  LayerRecord record;  // with the blob and the diff id
};

// May be used from several threads.
class PreparedLayers {
 public:
  void Put(VertexId vertex, PreparedLayer layer) {
    const std::lock_guard lock(mutex_);
    layers_.insert_or_assign(vertex, std::move(layer));
  }
  std::optional<PreparedLayer> Take(VertexId vertex) {
    const std::lock_guard lock(mutex_);
    const auto found = layers_.find(vertex);
    if (found == layers_.end()) return std::nullopt;
    std::optional<PreparedLayer> layer = std::move(found->second);
    layers_.erase(found);
    return layer;
  }

 private:
  std::mutex mutex_;
  std::map<VertexId, PreparedLayer> layers_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_PREPARED_LAYERS_H_
