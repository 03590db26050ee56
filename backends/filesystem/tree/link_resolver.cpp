#include "backends/filesystem/tree/link_resolver.h"

#include <cstddef>
#include <vector>

namespace cooper {
namespace {

// Puts the names of `path` on `pending`, the first one last.
void PushNames(std::vector<std::string>& pending, std::string_view path) {
  while (!path.empty()) {
    const size_t slash = path.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    if (!name.empty() && name != ".") pending.emplace_back(name);
  }
}

}  // namespace

Result<std::string> ResolveLinks(std::string_view path, bool follow_last, int max_links,
                                 EntryLookup lookup) {
  std::vector<std::string> pending;
  PushNames(pending, path);
  std::string resolved;
  int links = 0;
  while (!pending.empty()) {
    const std::string name = std::move(pending.back());
    pending.pop_back();
    if (name == "..") {
      resolved.resize(ParentPath(resolved).size());
      continue;
    }
    std::string candidate = JoinPath(resolved, name);
    if (!pending.empty() || follow_last) {
      const std::optional<TreeEntry> entry = lookup(candidate);
      if (entry && entry->type == EntryType::kSymlink) {
        if (++links > max_links) {
          return Error(DiagnosticKind::kLimitExceeded,
                       "too many symbolic links in `/" + CleanTreePath(path) + "`; the limit is " +
                           std::to_string(max_links));
        }
        if (entry->link.starts_with('/')) resolved.clear();
        PushNames(pending, entry->link);
        continue;
      }
    }
    resolved = std::move(candidate);
  }
  return resolved;
}

std::string_view ParentPath(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view LastName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string joined(directory);
  if (!joined.empty() && !name.empty()) joined += '/';
  joined += name;
  return joined;
}

bool IsBelow(std::string_view path, std::string_view directory) {
  if (directory.empty()) return !path.empty();
  return path.size() > directory.size() && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

}  // namespace cooper
