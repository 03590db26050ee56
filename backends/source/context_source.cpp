#include "backends/source/context_source.h"

#include "backends/filesystem/disk/context_tree.h"

namespace cooper {

Result<FileTree> ContextSource::Open(const SourceContextOp& context) {
  const auto directory = directories_.find(context.name);
  if (directory == directories_.end()) {
    return Error(DiagnosticKind::kContext, "no directory was given for the build context `" +
                                               context.name + "`; add `--build-context " +
                                               context.name + "=DIR`");
  }
  const std::lock_guard lock(mutex_);
  Walk walk{context.name, context.exclude};
  if (const auto found = trees_.find(walk); found != trees_.end()) return found->second;
  COOPER_ASSIGN_OR_RETURN(FileTree tree, OpenContextTree(directory->second, context.exclude));
  return trees_.emplace(std::move(walk), std::move(tree)).first->second;
}

bool ContextSource::IsExcluded(const SourceContextOp& context, const std::string& path) {
  if (context.exclude.empty()) return false;
  SourceContextOp unfiltered = context;
  unfiltered.exclude.clear();
  const Result<FileTree> everything = Open(unfiltered);
  const Result<FileTree> filtered = Open(context);
  return everything.ok() && filtered.ok() && everything->Find(path) && !filtered->Find(path);
}

}  // namespace cooper
