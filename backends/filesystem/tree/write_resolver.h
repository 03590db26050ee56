// Resolves the paths of a layer's entries while the layer is written: through
// the symbolic links of lower layers and of what was written before.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_WRITE_RESOLVER_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_WRITE_RESOLVER_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

// Removes what is below `directory` from a map by clean path.
template <typename Map>
void EraseBelow(Map& map, std::string_view directory) {
  const std::string prefix = std::string(directory) + '/';
  auto it = map.lower_bound(prefix);
  while (it != map.end() && std::string_view(it->first).starts_with(prefix)) it = map.erase(it);
}

class WriteResolver {
 public:
  // `lower` may be null and is borrowed.
  explicit WriteResolver(const FileTree* lower) : lower_(lower) {}

  // `path` with its parents resolved; the last name stands for itself.
  // kLimitExceeded for too many links.
  Result<std::string> Resolve(std::string_view path);

  // What lower layers show at a resolved path, unless this layer hides it.
  std::optional<TreeEntry> Lower(std::string_view path) const;

  // What this layer has at a resolved path; null for nothing.
  const TreeEntry* Own(std::string_view path) const;

  // After `entry` was put at its resolved path; what was there, and in a
  // directory that something else replaced, is forgotten.
  void Put(const TreeEntry& entry);

 private:
  std::optional<TreeEntry> Look(std::string_view path) const;

  const FileTree* lower_;
  // Without content, xattrs and owners. Regular files by type alone.
  std::map<std::string, TreeEntry, std::less<>> own_;
  // The parent resolved last; entries come directory by directory.
  std::string last_parent_;
  std::string last_resolved_;
  bool last_valid_ = false;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_WRITE_RESOLVER_H_
