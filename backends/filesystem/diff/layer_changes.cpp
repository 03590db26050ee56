#include "backends/filesystem/diff/layer_changes.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "backends/filesystem/disk/directory_content.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

class Changes {
 public:
  Changes(std::vector<OverlayEntry> found, int root_fd, const RootChange& root,
          const FileTree& lower)
      : found_(std::move(found)), root_fd_(root_fd), root_(root), lower_(lower) {}

  Result<LayerIndex> List() {
    std::sort(found_.begin(), found_.end(), [](const OverlayEntry& a, const OverlayEntry& b) {
      return TreeOrder(a.entry.path, b.entry.path);
    });
    for (const OverlayEntry& found : found_) {
      if (found.linked) names_[{found.device, found.inode}].push_back(&found);
    }
    COOPER_RETURN_IF_ERROR(DropUnchanged());
    NameHardLinks();
    std::vector<TreeEntry> entries;
    entries.reserve(found_.size() + 1);
    std::optional<TreeEntry> root = ChangedRoot();
    if (root) entries.push_back(*std::move(root));
    for (OverlayEntry& found : found_) entries.push_back(std::move(found.entry));
    return LayerIndex(std::move(entries));
  }

 private:
  using Inode = std::pair<dev_t, ino_t>;

  // A root has more than changed: overlay copies up on every attempt to change
  // something, and the parents too.
  Status DropUnchanged() {
    std::vector<bool> keep(found_.size());
    const TreeEntry* kept = nullptr;
    for (size_t i = found_.size(); i-- > 0;) {
      const TreeEntry& entry = found_[i].entry;
      const bool parent = kept != nullptr && IsBelow(kept->path, entry.path);
      COOPER_ASSIGN_OR_RETURN(const bool changed, parent ? true : Changed(found_[i]));
      keep[i] = changed;
      if (changed) kept = &entry;
    }
    names_.clear();
    size_t size = 0;
    for (size_t i = 0; i < found_.size(); ++i) {
      if (!keep[i]) continue;
      if (size != i) found_[size] = std::move(found_[i]);
      ++size;
    }
    found_.resize(size);
    return Ok();
  }

  // Compared with the directory as it was, not with `lower_`: in a user namespace it
  // may lack an owner or xattrs of that from the start. They are not lost by it.
  std::optional<TreeEntry> ChangedRoot() const {
    const auto& [before, now] = root_;
    if (now.mode == before.mode && now.uid == before.uid && now.gid == before.gid &&
        now.xattrs == before.xattrs) {
      return std::nullopt;
    }
    TreeEntry root = *lower_.Find("");
    root.opaque = false;
    root.mtime = now.mtime;
    if (now.mode != before.mode) root.mode = now.mode;
    if (now.uid != before.uid) root.uid = now.uid;
    if (now.gid != before.gid) root.gid = now.gid;
    for (const auto& [key, value] : before.xattrs) root.xattrs.erase(key);
    for (const auto& [key, value] : now.xattrs) root.xattrs.insert_or_assign(key, value);
    return root;
  }

  Result<bool> Changed(const OverlayEntry& found) {
    if (found.entry.type == EntryType::kWhiteout) return true;
    if (!found.linked) return FileChanged(found.entry);
    const auto [known, added] = links_changed_.try_emplace({found.device, found.inode}, true);
    if (added) {
      COOPER_ASSIGN_OR_RETURN(known->second, LinksChanged(names_.at(known->first)));
    }
    return known->second;
  }

  Result<bool> LinksChanged(const std::vector<const OverlayEntry*>& names) const {
    const TreeEntry* const first = lower_.FindListed(names.front()->entry.path);
    for (const OverlayEntry* name : names) {
      if (first == nullptr || lower_.FindListed(name->entry.path) != first) return true;
    }
    return FileChanged(names.front()->entry);
  }

  Result<bool> FileChanged(const TreeEntry& entry) const {
    std::optional<TreeEntry> before = lower_.Find(entry.path);
    if (!before || before->type != entry.type) return true;
    before->opaque = false;
    // The time alone says that something came and went, such as a stub.
    if (entry.type == EntryType::kDirectory) before->mtime = entry.mtime;
    if (*before != entry) return true;
    if (entry.type != EntryType::kFile || entry.size_bytes == 0) return false;
    return ContentChanged(entry);
  }

  Result<bool> ContentChanged(const TreeEntry& entry) const {
    COOPER_ASSIGN_OR_RETURN(const auto before, lower_.Open(entry.path));
    COOPER_ASSIGN_OR_RETURN(const auto now, OpenContent(root_fd_, entry.path));
    std::array<char, 32768> a;
    std::array<char, 32768> b;
    for (;;) {
      COOPER_ASSIGN_OR_RETURN(const size_t size_a, ReadFull(*before, a));
      COOPER_ASSIGN_OR_RETURN(const size_t size_b, ReadFull(*now, b));
      if (size_a != size_b || std::memcmp(a.data(), b.data(), size_a) != 0) return true;
      if (size_a < a.size()) return false;
    }
  }

  static Result<size_t> ReadFull(ContentReader& reader, std::span<char> buffer) {
    size_t done = 0;
    while (done < buffer.size()) {
      COOPER_ASSIGN_OR_RETURN(const size_t size, reader.Read(buffer.subspan(done)));
      if (size == 0) break;
      done += size;
    }
    return done;
  }

  void NameHardLinks() {
    std::map<Inode, std::string> first;
    for (OverlayEntry& found : found_) {
      if (!found.linked) continue;
      TreeEntry& entry = found.entry;
      const auto [at, added] = first.try_emplace({found.device, found.inode}, entry.path);
      if (added) continue;
      entry.type = EntryType::kHardLink;
      entry.link = at->second;
      entry.size_bytes = 0;
      entry.device_major = 0;
      entry.device_minor = 0;
      entry.xattrs.clear();
    }
  }

  std::vector<OverlayEntry> found_;
  const int root_fd_;
  const RootChange& root_;
  const FileTree& lower_;
  // Of files with several names; pointers into found_.
  std::map<Inode, std::vector<const OverlayEntry*>> names_;
  std::map<Inode, bool> links_changed_;
};

}  // namespace

Result<LayerIndex> ListChanges(std::vector<OverlayEntry> found, int root_fd, const RootChange& root,
                               const FileTree& lower) {
  return Changes(std::move(found), root_fd, root, lower).List();
}

Status CheckPathLength(std::string_view path) {
  if (path.size() <= kMaxLayerPathBytes) return Ok();
  return Error(DiagnosticKind::kLimitExceeded,
               fmt::format("a path of more than {} bytes was left in `/{}...`; remove it in "
                           "the same step",
                           kMaxLayerPathBytes, path.substr(0, 200)));
}

}  // namespace cooper
