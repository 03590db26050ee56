#include "backends/filesystem/tree/file_tree.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

// What one layer says about everything below a directory of it.
enum class Cover : uint8_t {
  kNothing,  // lower layers are seen through
  kLower,    // lower layers are hidden, this layer's entries count
  kAll,      // something that is no directory is in the way
};

Cover CoverBy(const TreeEntry* entry) {
  if (entry == nullptr) return Cover::kNothing;
  switch (entry->type) {
    case EntryType::kDirectory:
      return entry->opaque ? Cover::kLower : Cover::kNothing;
    case EntryType::kWhiteout:
      return Cover::kLower;
    default:
      return Cover::kAll;
  }
}

// The strongest cover by a strict parent of `path`, the root included.
Cover CoverOfParents(const LayerIndex& index, std::string_view path) {
  if (path.empty()) return Cover::kNothing;
  Cover cover = std::min(CoverBy(index.Find("")), Cover::kLower);
  for (size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    cover = std::max(cover, CoverBy(index.Find(path.substr(0, slash))));
    if (cover == Cover::kAll) break;
  }
  return cover;
}

bool HasContent(std::span<const TreeEntry> entries) {
  return std::any_of(entries.begin(), entries.end(),
                     [](const TreeEntry& entry) { return entry.type != EntryType::kWhiteout; });
}

}  // namespace

std::optional<FileTree::Place> FileTree::Locate(std::string_view path, size_t count,
                                                int links) const {
  bool unlisted_directory = path.empty();
  for (size_t i = count; i-- > 0;) {
    const LayerIndex& index = *layers_[i].index;
    const TreeEntry* entry = index.Find(path);
    const bool no_cover = entry != nullptr && index.none_below_hiding();
    const Cover cover = no_cover ? Cover::kNothing : CoverOfParents(index, path);
    if (cover == Cover::kAll) break;
    if (entry != nullptr && entry->type == EntryType::kHardLink) {
      // The other name is looked up as this layer saw it: what upper layers put
      // in its place is another file.
      if (unlisted_directory || links == 0) break;
      return Locate(entry->link, i + 1, links - 1);
    }
    if (entry != nullptr && entry->type == EntryType::kDirectory) {
      return Place{.entry = entry, .layer = &layers_[i]};
    }
    if (entry != nullptr && entry->type != EntryType::kWhiteout) {
      if (unlisted_directory) break;
      return Place{.entry = entry, .layer = &layers_[i]};
    }
    if (!unlisted_directory && HasContent(index.Below(path))) unlisted_directory = true;
    if (entry != nullptr || cover == Cover::kLower) break;
  }
  if (unlisted_directory) return Place{};
  return std::nullopt;
}

std::optional<TreeEntry> FileTree::Find(std::string_view path) const {
  const std::optional<Place> place = Locate(path, layers_.size(), kMaxLinks);
  if (!place) return std::nullopt;
  if (place->entry == nullptr) return PlainDirectory(path);
  TreeEntry entry = *place->entry;
  entry.path = path;
  return entry;
}

const TreeEntry* FileTree::FindListed(std::string_view path) const {
  const std::optional<Place> place = Locate(path, layers_.size(), kMaxLinks);
  return place ? place->entry : nullptr;
}

Result<std::string> FileTree::Resolve(std::string_view path, bool follow_last) const {
  return ResolveLinks(path, follow_last, kMaxLinks,
                      [this](std::string_view candidate) { return Find(candidate); });
}

std::vector<std::string> FileTree::List(std::string_view directory) const {
  // A name is decided by the uppermost layer that has it or removes it.
  std::map<std::string, bool, std::less<>> names;
  for (size_t i = layers_.size(); i-- > 0;) {
    const LayerIndex& index = *layers_[i].index;
    Cover cover = CoverOfParents(index, directory);
    const Cover own = CoverBy(index.Find(directory));
    cover = std::max(cover, directory.empty() ? std::min(own, Cover::kLower) : own);
    if (cover == Cover::kAll) break;

    const size_t skip = directory.empty() ? 0 : directory.size() + 1;
    std::span<const TreeEntry> rest = index.Below(directory);
    while (!rest.empty()) {
      const std::string_view below = std::string_view(rest.front().path).substr(skip);
      const std::string_view name = below.substr(0, below.find('/'));
      const std::string_view child =
          std::string_view(rest.front().path).substr(0, skip + name.size());
      const auto end = std::partition_point(rest.begin(), rest.end(), [&](const TreeEntry& entry) {
        return entry.path == child || IsBelow(entry.path, child);
      });
      const std::span<const TreeEntry> group(rest.begin(), end);
      if (HasContent(group)) {
        names.emplace(name, true);
      } else if (group.front().path == child) {
        names.emplace(name, false);
      }
      rest = rest.subspan(group.size());
    }
    if (cover == Cover::kLower) break;
  }
  std::vector<std::string> listed;
  for (auto& [name, present] : names) {
    if (present) listed.push_back(name);
  }
  return listed;
}

Result<std::unique_ptr<ContentReader>> FileTree::Open(std::string_view path) const {
  const std::optional<Place> place = Locate(path, layers_.size(), kMaxLinks);
  if (!place) {
    return Error(DiagnosticKind::kMissingSource, "`/" + std::string(path) + "` does not exist");
  }
  if (place->entry == nullptr || place->entry->type != EntryType::kFile) {
    return Error(DiagnosticKind::kMissingSource,
                 "`/" + std::string(path) + "` is not a regular file");
  }
  if (place->layer->content == nullptr) {
    return Error(DiagnosticKind::kInternal,
                 "the content of `/" + std::string(path) + "` is not at hand");
  }
  return place->layer->content->Open(*place->entry);
}

Result<std::string> FileTree::ReadFile(std::string_view path, size_t max_bytes) const {
  const auto too_large = [&] {
    return Error(DiagnosticKind::kLimitExceeded, "`/" + std::string(path) + "` is too large; the " +
                                                     "limit is " + std::to_string(max_bytes) +
                                                     " bytes");
  };
  const TreeEntry* entry = FindListed(path);
  if (entry != nullptr && entry->type == EntryType::kFile && entry->size_bytes > max_bytes) {
    return too_large();
  }
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<ContentReader> reader, Open(path));
  std::string text;
  std::array<char, 16384> buffer;
  for (;;) {
    COOPER_ASSIGN_OR_RETURN(const size_t size, reader->Read(buffer));
    if (size == 0) return text;
    if (size > max_bytes - text.size()) return too_large();
    text.append(buffer.data(), size);
  }
}

}  // namespace cooper
