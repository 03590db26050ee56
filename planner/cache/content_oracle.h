// What the planner asks of the build context: digests of what copies will read.
// Implemented by backends/source, wired by cli.

#ifndef COOPER_PLANNER_CACHE_CONTENT_ORACLE_H_
#define COOPER_PLANNER_CACHE_CONTENT_ORACLE_H_

#include <string>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"
#include "ir/plan/cache_key.h"

namespace cooper {

// The part of a context that one copy reads; fields as in FileCopyOp.
struct ContentSelection {
  std::vector<std::string> from;
  std::vector<std::string> exclude;
  bool parents = false;
};

class ContentOracle {
 public:
  virtual ~ContentOracle() = default;

  // A digest over exactly the selected files: name, type, mode, ownership, link
  // target, xattrs and content; no mtime. The error is kMissingSource when a
  // literal path is not there, saying whether .dockerignore excludes it.
  virtual Result<Digest> DigestOf(const SourceContextOp& context,
                                  const ContentSelection& selection) = 0;

  // The files that this digest covers.
  virtual Result<std::vector<KeyFile>> FilesOf(const SourceContextOp& context,
                                               const ContentSelection& selection) = 0;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_CONTENT_ORACLE_H_
