#include "backends/layer/layer_entries.h"

#include <fmt/format.h>

#include <utility>


namespace cooper {

Result<std::unique_ptr<LayerEntries>> LayerEntries::Open(std::unique_ptr<ContentReader> blob,
                                                         Compression compression, FileTree lower,
                                                         const ArchiveLimits& limits) {
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<LayerReader> layer,
                          OpenLayer(std::move(blob), compression, limits));
  return std::unique_ptr<LayerEntries>(new LayerEntries(std::move(layer), std::move(lower)));
}

Result<std::optional<TreeEntry>> LayerEntries::Next() {
  COOPER_ASSIGN_OR_RETURN(std::optional<TreeEntry> entry, layer_->Next());
  if (!entry) return entry;
  COOPER_ASSIGN_OR_RETURN(entry->path, resolver_.Resolve(entry->path));
  if (entry->type == EntryType::kHardLink) {
    TreeEntry file = *entry;
    COOPER_RETURN_IF_ERROR(ResolveHardLink(*entry, file));
    resolver_.Put(file);
  } else {
    resolver_.Put(*entry);
  }
  return entry;
}

// `file` becomes what the link makes of its path: another link may lead through it.
Status LayerEntries::ResolveHardLink(TreeEntry& entry, TreeEntry& file) {
  const std::string stated = entry.link;
  COOPER_ASSIGN_OR_RETURN(entry.link, resolver_.Resolve(stated));
  const auto invalid = [&](std::string_view what) {
    return Error(
        DiagnosticKind::kLayerInvalid,
        fmt::format("entry `{}` is a hard link to `{}`, which is {}", entry.path, stated, what));
  };
  if (entry.link == entry.path) return invalid("itself");
  std::optional<TreeEntry> target;
  if (const TreeEntry* own = resolver_.Own(entry.link)) {
    if (own->type != EntryType::kWhiteout) target = *own;
  } else {
    target = resolver_.Lower(entry.link);
  }
  if (!target) return invalid("not there");
  if (target->type == EntryType::kDirectory) return invalid("a directory");
  file.type = target->type;
  file.link = target->link;
  return Ok();
}

}  // namespace cooper
