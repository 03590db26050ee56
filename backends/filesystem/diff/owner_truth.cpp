#include "backends/filesystem/diff/owner_truth.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace cooper {

std::optional<FileOwner> LentBy(const TreeEntry& directory) {
  if ((directory.mode & S_ISGID) == 0) return std::nullopt;
  return FileOwner{.uid = directory.uid, .gid = directory.gid};
}

Status TellTruth(const OwnerRecords& owners, int dir_fd, const std::string& name,
                 const FileTree& lower, const std::optional<FileOwner>& lends_group,
                 OverlayEntry& found) {
  TreeEntry& entry = found.entry;
  if (entry.type == EntryType::kWhiteout) return Ok();
  std::optional<NodeStatus> status = ReadNodeStatus(dir_fd, name.c_str());
  if (!status) {
    return ErrnoError(DiagnosticKind::kStore, fmt::format("statx failed for `/{}`", entry.path),
                      errno);
  }
  status->copied_up = found.copied_up;
  const NodeTruth truth = owners.Of(
      entry.path, *status, [&](const auto& path) { return lower.Find(path); },
      [&] { return lends_group; });
  if (owners.tells_owners()) {
    entry.uid = truth.owner.uid;
    entry.gid = truth.owner.gid;
  }
  if (!truth.device || entry.type != EntryType::kFile || entry.size_bytes != 0) return Ok();
  entry.type = *truth.device;
  entry.device_major = truth.device_major;
  entry.device_minor = truth.device_minor;
  return Ok();
}

Status TellRootsTruth(const OwnerRecords& owners, int root_fd, const FileTree& lower,
                      TreeEntry& root) {
  OverlayEntry found;
  found.entry = std::move(root);
  COOPER_RETURN_IF_ERROR(TellTruth(owners, root_fd, ".", lower, std::nullopt, found));
  root = std::move(found.entry);
  return Ok();
}

TreeEntry WithOwnerOf(TreeEntry root, const FileTree& lower) {
  const TreeEntry below = *lower.Find("");
  root.uid = below.uid;
  root.gid = below.gid;
  return root;
}

}  // namespace cooper
