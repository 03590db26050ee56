// What the planner asks of the cache. Implemented under backends, wired by cli.

#ifndef COOPER_PLANNER_CACHE_CACHE_ORACLE_H_
#define COOPER_PLANNER_CACHE_CACHE_ORACLE_H_

#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

// What a store holds of a vertex's result.
struct CachedResult {
  bool tree = false;  // the files can be had, from a snapshot or by unpacking a blob
  bool blob = false;  // the layer blob can be had
};

class CacheOracle {
 public:
  virtual ~CacheOracle() = default;

  // What is there under the cache key `key` of an exec or file op.
  virtual Result<CachedResult> Lookup(const Digest& key) = 0;

  // Whether all layers of an image, or the content of a file, are there. `source` is
  // a SourceImageOp, SourceLayoutOp or SourceHttpOp with its pin.
  virtual Result<bool> HasSource(const Op& source) = 0;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_CACHE_ORACLE_H_
