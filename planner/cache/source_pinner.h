// What the planner asks of servers whose files may change: what they have now.
// Implemented by cli over backends/source.

#ifndef COOPER_PLANNER_CACHE_SOURCE_PINNER_H_
#define COOPER_PLANNER_CACHE_SOURCE_PINNER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/graph/build_graph.h"

namespace cooper {

struct SourcePin {
  Digest digest;
  uint64_t mtime = 0;  // seconds since 1970
};

class SourcePinner {
 public:
  virtual ~SourcePinner() = default;

  // The pin of each of `sources`, in their order; each is a source.http without one.
  // No pin where it is not known before the file is fetched, which only a build does.
  virtual std::vector<Result<std::optional<SourcePin>>> Pin(
      const std::vector<const Vertex*>& sources) = 0;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_SOURCE_PINNER_H_
