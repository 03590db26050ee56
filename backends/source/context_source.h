// The build contexts of one build: each directory is walked once, when it is
// first asked for.

#ifndef COOPER_BACKENDS_SOURCE_CONTEXT_SOURCE_H_
#define COOPER_BACKENDS_SOURCE_CONTEXT_SOURCE_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/context/file_digests.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

// May be used from several threads.
class ContextSource {
 public:
  // Directories by the name that source.context uses.
  explicit ContextSource(std::map<std::string, std::string> directories)
      : directories_(std::move(directories)) {}

  // From now on digests of files that did not change since an earlier build come from
  // the store, which is borrowed. Contexts that are open already stay as they are.
  void RecallDigestsFrom(Store& store);
  // Keeps what was learned there for later builds.
  void KeepDigests();

  // The files of the context under the op's exclusions, as they were at the
  // first call. kContext when the name is not known or the directory unreadable.
  Result<FileTree> Open(const SourceContextOp& context);

  // Whether `path` is there on disk although the op's patterns exclude it: the
  // difference between a typing mistake and a .dockerignore that is too broad.
  bool IsExcluded(const SourceContextOp& context, const std::string& path);

 private:
  using Walk = std::pair<std::string, std::vector<std::string>>;  // name, exclusions

  struct Digests {
    Digest key;  // in the store: of the directory's path
    std::shared_ptr<FileDigests> files;
  };

  // Null without a store. The mutex is held.
  std::shared_ptr<FileDigests> DigestsOf(const std::string& directory);

  std::map<std::string, std::string> directories_;
  std::mutex mutex_;
  Store* store_ = nullptr;
  std::map<std::string, Digests> digests_;  // by directory
  std::map<Walk, FileTree> trees_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_CONTEXT_SOURCE_H_
