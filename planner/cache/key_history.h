// What the planner asks of former builds: what their keys were made of. Implemented by
// cli over the store.

#ifndef COOPER_PLANNER_CACHE_KEY_HISTORY_H_
#define COOPER_PLANNER_CACHE_KEY_HISTORY_H_

#include <optional>

#include "ir/base/digest.h"
#include "ir/graph/build_graph.h"
#include "ir/plan/cache_key.h"

namespace cooper {

class KeyHistory {
 public:
  virtual ~KeyHistory() = default;

  // The key with this digest, if a build had it.
  virtual std::optional<CacheKey> Find(const Digest& key) = 0;
  // The key that this vertex had in the newest build that had it: one with the same
  // text, else one of the same name.
  virtual std::optional<CacheKey> Newest(const Vertex& vertex) = 0;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_KEY_HISTORY_H_
