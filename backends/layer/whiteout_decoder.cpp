#include "backends/layer/whiteout_decoder.h"

#include <fmt/format.h>

#include "backends/filesystem/tree/link_resolver.h"
#include "backends/layer/tar_header.h"

namespace cooper {
namespace {

Error Invalid(std::string_view path, std::string_view reason) {
  return {DiagnosticKind::kLayerInvalid, fmt::format("entry `{}` {}", path, reason)};
}

bool IsOverlayXattr(std::string_view name) {
  return name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.");
}

}  // namespace

Result<std::optional<TreeEntry>> WhiteoutDecoder::Decode(TreeEntry entry) {
  const std::string_view path = entry.path;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view name = path.substr(at, end - at);
    const bool last = end == path.size();
    if (name.starts_with(kAufsPrefix) && !(last && name == kOpaqueMark)) {
      return std::optional<TreeEntry>();
    }
    if (name.starts_with(kWhiteoutPrefix)) {
      if (!last) return Invalid(path, "is below a whiteout");
      return DecodeMark(entry, path.substr(0, at == 0 ? 0 : at - 1), name);
    }
    at = end + 1;
  }
  if (entry.type == EntryType::kCharDevice && entry.device_major == 0 && entry.device_minor == 0) {
    return Invalid(path, "is the character device 0:0, which overlayfs takes for a deletion");
  }
  std::erase_if(entry.xattrs, [](const auto& xattr) { return IsOverlayXattr(xattr.first); });
  if (entry.type == EntryType::kDirectory) {
    const auto before = seen_.find(entry.path);
    if (before != seen_.end() && before->second) {
      // Put in place of a whiteout, or marked already.
      entry.opaque = before->second->opaque || before->second->type == EntryType::kWhiteout;
    }
  }
  Remember(entry);
  return std::optional<TreeEntry>(std::move(entry));
}

Result<std::optional<TreeEntry>> WhiteoutDecoder::DecodeMark(const TreeEntry& mark,
                                                             std::string_view directory,
                                                             std::string_view name) {
  if (name == kOpaqueMark) return Opaque(directory, mark);
  const std::string_view target = name.substr(kWhiteoutPrefix.size());
  if (target.empty() || target == "." || target == "..") {
    return Invalid(mark.path, "deletes no name");
  }
  TreeEntry whiteout;
  whiteout.path = JoinPath(directory, target);
  whiteout.type = EntryType::kWhiteout;
  const auto own = seen_.find(whiteout.path);
  if (own == seen_.end()) {
    Remember(whiteout);
    return std::optional<TreeEntry>(std::move(whiteout));
  }
  if (own->second && own->second->type == EntryType::kDirectory) {
    return Opaque(whiteout.path, mark);
  }
  return std::optional<TreeEntry>();
}

std::optional<TreeEntry> WhiteoutDecoder::Opaque(std::string_view directory,
                                                 const TreeEntry& mark) {
  std::optional<TreeEntry>& known = seen_[std::string(directory)];
  if (!known || known->type != EntryType::kDirectory) {
    known = PlainDirectory(directory);
    known->mtime = mark.mtime;
  }
  known->opaque = true;
  TreeEntry entry = *known;
  Remember(entry);
  return entry;
}

void WhiteoutDecoder::Remember(const TreeEntry& entry) {
  const bool keep = entry.type == EntryType::kDirectory || entry.type == EntryType::kWhiteout;
  seen_[entry.path] = keep ? std::optional<TreeEntry>(entry) : std::nullopt;
  if (entry.path.empty() || entry.type == EntryType::kWhiteout) return;
  for (std::string_view parent = ParentPath(entry.path); !parent.empty();
       parent = ParentPath(parent)) {
    auto [at, added] = seen_.try_emplace(std::string(parent), PlainDirectory(parent));
    if (added) continue;
    // An entry below a whiteout's path is in a new directory.
    if (at->second && at->second->type == EntryType::kWhiteout) {
      at->second = PlainDirectory(parent);
      at->second->opaque = true;
      continue;
    }
    break;
  }
}

}  // namespace cooper
