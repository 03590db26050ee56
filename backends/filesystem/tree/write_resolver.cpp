#include "backends/filesystem/tree/write_resolver.h"

#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {

Result<std::string> WriteResolver::Resolve(std::string_view path) {
  const std::string_view parent = ParentPath(path);
  if (!last_valid_ || parent != last_parent_) {
    COOPER_ASSIGN_OR_RETURN(last_resolved_, ResolveLinks(parent, true, FileTree::kMaxLinks,
                                                         [this](std::string_view candidate) {
                                                           return Look(candidate);
                                                         }));
    last_parent_ = parent;
    last_valid_ = true;
  }
  return JoinPath(last_resolved_, LastName(path));
}

const TreeEntry* WriteResolver::Own(std::string_view path) const {
  const auto it = own_.find(path);
  return it == own_.end() ? nullptr : &it->second;
}

std::optional<TreeEntry> WriteResolver::Lower(std::string_view path) const {
  if (lower_ == nullptr) return std::nullopt;
  for (std::string_view parent = ParentPath(path); !path.empty(); parent = ParentPath(parent)) {
    const TreeEntry* own = Own(parent);
    if (own != nullptr && (own->type != EntryType::kDirectory || own->opaque)) return std::nullopt;
    if (parent.empty()) break;
  }
  return lower_->Find(path);
}

std::optional<TreeEntry> WriteResolver::Look(std::string_view path) const {
  if (const TreeEntry* own = Own(path)) {
    if (own->type == EntryType::kWhiteout) return std::nullopt;
    return *own;
  }
  return Lower(path);
}

void WriteResolver::Put(const TreeEntry& entry) {
  TreeEntry own;
  own.path = entry.path;
  own.type = entry.type;
  own.opaque = entry.opaque;
  own.link = entry.type == EntryType::kSymlink ? entry.link : std::string();
  auto [at, added] = own_.try_emplace(entry.path, own);
  const bool was_directory = !added && at->second.type == EntryType::kDirectory;
  const bool is_directory = entry.type == EntryType::kDirectory;
  if (!added) {
    if (was_directory && is_directory) own.opaque |= at->second.opaque;
    if (was_directory && !is_directory) {
      EraseBelow(own_, entry.path);
    }
    own_[entry.path] = own;
  }
  // A new file cannot change what the path of a directory means.
  if (!added || (entry.type != EntryType::kFile && entry.type != EntryType::kHardLink)) {
    last_valid_ = false;
  }
}

}  // namespace cooper
