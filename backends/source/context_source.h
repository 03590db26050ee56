// The build contexts of one build: each directory is walked once, when it is
// first asked for.

#ifndef COOPER_BACKENDS_SOURCE_CONTEXT_SOURCE_H_
#define COOPER_BACKENDS_SOURCE_CONTEXT_SOURCE_H_

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

// May be used from several threads.
class ContextSource {
 public:
  // Directories by the name that source.context uses.
  explicit ContextSource(std::map<std::string, std::string> directories)
      : directories_(std::move(directories)) {}

  // The files of the context under the op's exclusions, as they were at the
  // first call. kContext when the name is not known or the directory unreadable.
  Result<FileTree> Open(const SourceContextOp& context);

  // Whether `path` is there on disk although the op's patterns exclude it: the
  // difference between a typing mistake and a .dockerignore that is too broad.
  bool IsExcluded(const SourceContextOp& context, const std::string& path);

 private:
  using Walk = std::pair<std::string, std::vector<std::string>>;  // name, exclusions

  std::map<std::string, std::string> directories_;
  std::mutex mutex_;
  std::map<Walk, FileTree> trees_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_CONTEXT_SOURCE_H_
