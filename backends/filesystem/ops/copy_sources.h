// Which paths of a tree the sources of COPY and ADD name.

#ifndef COOPER_BACKENDS_FILESYSTEM_OPS_COPY_SOURCES_H_
#define COOPER_BACKENDS_FILESYSTEM_OPS_COPY_SOURCES_H_

#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

// The clean paths that `from` names in `source`, in tree order. A wildcard stands
// for names of one directory each and may match nothing. A path without wildcard
// is kMissingSource unless it reaches something, links followed; a malformed
// pattern is kCopy.
Result<std::vector<std::string>> ExpandSource(const FileTree& source, std::string_view from);

// What `path` of ExpandSource reaches, links followed; kMissingSource for a link
// to nowhere.
Result<TreeEntry> FollowSource(const FileTree& source, std::string_view path);

Error MissingSource(std::string_view path);

// A source of `--parents`: what is matched lies below `base`, the part before a
// `/./`, and keeps its path from there.
struct PivotedSource {
  std::string base;     // clean
  std::string pattern;  // clean, may have `**`; "" is all of `base`
};
PivotedSource SplitAtPivot(std::string_view from);

// `path` for a Glob that shall match it literally where it has a backslash.
std::string EscapeBackslashes(std::string_view path);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_OPS_COPY_SOURCES_H_
