#include "backends/filesystem/tree/tree_entry.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
  const size_t common = std::min(a.size(), b.size());
  size_t at = 0;
  // Neighbours have most of their paths in common: eight bytes at a time.
  for (uint64_t in_a = 0, in_b = 0; at + sizeof in_a <= common; at += sizeof in_a) {
    std::memcpy(&in_a, a.data() + at, sizeof in_a);
    std::memcpy(&in_b, b.data() + at, sizeof in_b);
    if (in_a != in_b) break;
  }
  while (at < common && a[at] == b[at]) ++at;
  if (at == b.size()) return false;
  if (at == a.size()) return true;
  // The end of a name sorts before every byte that may be part of one.
  if (a[at] == '/') return true;
  if (b[at] == '/') return false;
  return static_cast<unsigned char>(a[at]) < static_cast<unsigned char>(b[at]);
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
