#include "backends/filesystem/write/copy_node.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

#include "backends/filesystem/diff/scan_diff.h"
#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/diff/tree_scan.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/directory_content.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/write/directory_writer.h"

namespace cooper {
namespace {

Error Failed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `{}`", call, path), number);
}

Status CopyBelow(ScopedFd from, const TreeEntry& top, int to_fd, const NodeOptions& options) {
  COOPER_ASSIGN_OR_RETURN(const TreeScan scan, TreeScan::Take(from.get(), {}));
  TreeEntry root = top;
  root.path.clear();
  COOPER_ASSIGN_OR_RETURN(const LayerIndex index,
                          ReadScanLayer(from.get(), scan.Since({}), root, FileTree()));
  DirectoryWriter files(to_fd, {.lower = nullptr, .user_xattrs = options.user_namespace});
  COOPER_RETURN_IF_ERROR(SendLayer(index, *DirectoryContent(from.Release()), files));
  COOPER_RETURN_IF_ERROR(files.Finish());
  return FinishDirectory(to_fd, top);
}

}  // namespace

Status CopyNode(int from_fd, const std::string& from, int to_fd, const std::string& to,
                const NodeOptions& options) {
  COOPER_ASSIGN_OR_RETURN(const std::optional<OverlayEntry> found,
                          ReadPlainEntry(from_fd, from, from));
  if (!found) return Error(DiagnosticKind::kStore, fmt::format("`{}` is a socket", from));
  const TreeEntry& entry = found->entry;
  std::unique_ptr<ContentReader> content;
  if (entry.type == EntryType::kFile && entry.size_bytes > 0) {
    COOPER_ASSIGN_OR_RETURN(content, OpenContent(from_fd, from));
  }
  COOPER_RETURN_IF_ERROR(MakeNode(to_fd, to, entry, content.get(), options));
  if (entry.type != EntryType::kDirectory) return Ok();
  ScopedFd source = OpenBeneath(from_fd, from, O_RDONLY | O_DIRECTORY);
  if (!source.ok()) return Failed("open", from);
  const ScopedFd target = OpenBeneath(to_fd, to, O_RDONLY | O_DIRECTORY);
  if (!target.ok()) return Failed("open", to);
  return CopyBelow(std::move(source), entry, target.get(), options);
}

}  // namespace cooper
