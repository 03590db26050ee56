// Puts files and directories of one tree into a LayerPlan by COPY's rules
// (Dockerfile reference, "COPY").
//
// Used by one op at a time; not thread-safe.

#ifndef COOPER_BACKENDS_FILESYSTEM_OPS_TREE_COPIER_H_
#define COOPER_BACKENDS_FILESYSTEM_OPS_TREE_COPIER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/filesystem/ops/chmod_spec.h"
#include "backends/filesystem/ops/copy_sources.h"
#include "backends/filesystem/ops/layer_plan.h"
#include "backends/filesystem/tree/pattern_matcher.h"

namespace cooper {

struct CopyRules {
  std::optional<Owner> owner;      // `--chown`
  std::optional<ChmodSpec> chmod;  // `--chmod`
  bool chmod_parents = true;       // whether it holds for directories made on the way
  bool keep_owner = false;         // where `owner` is empty; else 0:0
  PatternMatcher exclude;
  FileTime now;  // of directories that no source has

  // Reads the flags of an op; names are looked up in `base`.
  static Result<CopyRules> From(const FileTree& base, FileTime now, const std::string& chown,
                                const std::string& chmod, bool keep_owner,
                                const std::vector<std::string>& exclude);
};

class TreeCopier {
 public:
  // All are borrowed.
  TreeCopier(LayerPlan& plan, const FileTree& source, const CopyRules& rules)
      : plan_(plan), source_(source), rules_(rules) {}

  // Copies what `path` (of ExpandSource) reaches to `to` as the op gives it.
  Status Copy(const std::string& path, std::string_view to);

  // `--parents`: what `from` matches, with the directories above it, into `to`.
  Status CopyWithParents(std::string_view from, std::string_view to);

 private:
  // A directory that is made once something below it is copied.
  struct Pending {
    TreeEntry entry;
    std::string target;
  };
  // Of `--parents`: what to take among the children of a directory.
  struct Wanted {
    std::string pattern;
    Glob glob;
    bool found = false;
  };

  Status CopyParentsFrom(const std::string& base, const PivotedSource& from,
                         const std::string& target);
  // `relative` is the path from the directory that --exclude counts from; all
  // children are taken when `wanted` is null.
  Status CopyChildren(const std::string& directory, const std::string& target,
                      const std::string& relative, Wanted* wanted);
  Status CopyFile(const TreeEntry& entry, std::string target);
  Status PutDirectory(const TreeEntry& entry, const std::string& target);
  Status MakePending();
  Status MakeParents(std::string_view path);
  // `path` and its missing parents, as COPY makes directories that no source gives.
  Status MakeDirectories(std::string_view path, FileTime mtime);
  TreeEntry Adjusted(TreeEntry entry, std::string target) const;

  LayerPlan& plan_;
  const FileTree& source_;
  const CopyRules& rules_;
  std::vector<Pending> pending_;
  size_t pending_made_ = 0;
  std::string pending_root_;  // to be made before pending_
  std::map<const TreeEntry*, uint64_t> file_ids_;
  int depth_ = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_OPS_TREE_COPIER_H_
