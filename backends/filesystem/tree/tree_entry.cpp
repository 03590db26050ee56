#include "backends/filesystem/tree/tree_entry.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace cooper {

TreeEntry PlainDirectory(std::string_view path) {
  TreeEntry entry;
  entry.path = path;
  entry.type = EntryType::kDirectory;
  entry.mode = 0755;
  return entry;
}

bool TreeOrder(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_b == b.end()) return false;
  if (in_a == a.end()) return true;
  // The end of a name sorts before every byte that may be part of one.
  if (*in_a == '/') return true;
  if (*in_b == '/') return false;
  return static_cast<unsigned char>(*in_a) < static_cast<unsigned char>(*in_b);
}

std::string CleanTreePath(std::string_view path) {
  std::string clean;
  clean.reserve(path.size());
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      const size_t parent = clean.rfind('/');
      clean.resize(parent == std::string::npos ? 0 : parent);
      continue;
    }
    if (!clean.empty()) clean += '/';
    clean += name;
  }
  return clean;
}

}  // namespace cooper
