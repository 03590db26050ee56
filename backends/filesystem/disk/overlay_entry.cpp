#include "backends/filesystem/disk/overlay_entry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "backends/filesystem/disk/disk_node.h"

namespace cooper {
namespace {

Error Failed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `/{}`", call, path), number);
}

// The list and values of xattrs, and link targets, may grow between the call for
// the size and the one for the bytes.
template <typename Get>
Result<std::string> ReadSized(std::string_view call, const std::string& path, size_t first,
                              Get get) {
  std::string bytes(first, '\0');
  for (;;) {
    const ssize_t size = get(bytes.data(), bytes.size());
    if (size < 0 && errno != ERANGE) return Failed(call, path);
    if (size >= 0 && static_cast<size_t>(size) < bytes.size()) {
      bytes.resize(static_cast<size_t>(size));
      return bytes;
    }
    bytes.resize(bytes.size() * 4);
  }
}

bool IsOfLayer(std::string_view key) {
  return key.starts_with("user.") || key.starts_with("trusted.") || key == "security.capability";
}

// Revision 3 names the root of a user namespace; in a layer, as inside of that
// namespace, the file has revision 2 (linux/capability.h).
void DropCapabilityNamespace(std::string& value) {
  uint32_t magic = 0;
  if (value.size() != sizeof(vfs_ns_cap_data)) return;
  std::memcpy(&magic, value.data(), sizeof magic);
  magic = (magic & VFS_CAP_FLAGS_MASK) | VFS_CAP_REVISION_2;
  std::memcpy(value.data(), &magic, sizeof magic);
  value.resize(sizeof(vfs_cap_data));
}

enum class Marks : bool { kRead, kIgnored };

Status TakeOverlayMark(std::string_view mark, std::string_view value, OverlayEntry& found) {
  if (mark == "opaque") found.entry.opaque = value == "y";
  if (mark == "origin") found.copied_up = true;
  if (mark == "redirect" || mark == "metacopy") {
    return Error(DiagnosticKind::kInternal,
                 fmt::format("overlayfs left a {} at `/{}`, which the mount options rule out", mark,
                             found.entry.path));
  }
  return Ok();
}

Status ReadXattrs(const std::string& node, Marks marks, OverlayEntry& found) {
  TreeEntry& entry = found.entry;
  // Most nodes have none, and then one call is enough.
  const ssize_t any = llistxattr(node.c_str(), nullptr, 0);
  if (any == 0 || (any < 0 && errno == ENOTSUP)) return Ok();
  COOPER_ASSIGN_OR_RETURN(
      const std::string names,
      ReadSized("listxattr", entry.path, 1024, [&node](char* bytes, size_t size) {
        return llistxattr(node.c_str(), bytes, size);
      }));
  for (size_t at = 0; at < names.size();) {
    const std::string key = names.c_str() + at;
    at += key.size() + 1;
    if (!IsOfLayer(key)) continue;
    COOPER_ASSIGN_OR_RETURN(
        std::string value,
        ReadSized("getxattr", entry.path, 256, [&node, &key](char* bytes, size_t size) {
          return lgetxattr(node.c_str(), key.c_str(), bytes, size);
        }));
    const std::string_view name = key;
    const bool is_mark = name.starts_with(kUserOverlay) || name.starts_with(kTrustedOverlay);
    if (is_mark && marks == Marks::kIgnored) continue;
    if (name.starts_with(kUserOverlay)) {
      COOPER_RETURN_IF_ERROR(TakeOverlayMark(name.substr(kUserOverlay.size()), value, found));
    } else if (name.starts_with(kTrustedOverlay)) {
      COOPER_RETURN_IF_ERROR(TakeOverlayMark(name.substr(kTrustedOverlay.size()), value, found));
    } else {
      if (name == "security.capability") DropCapabilityNamespace(value);
      entry.xattrs[key] = std::move(value);
    }
  }
  return Ok();
}

std::optional<EntryType> TypeOf(const struct stat& status, Marks marks) {
  switch (status.st_mode & S_IFMT) {
    case S_IFREG:
      return EntryType::kFile;
    case S_IFDIR:
      return EntryType::kDirectory;
    case S_IFLNK:
      return EntryType::kSymlink;
    case S_IFCHR:
      return status.st_rdev == 0 && marks == Marks::kRead ? EntryType::kWhiteout
                                                          : EntryType::kCharDevice;
    case S_IFBLK:
      return EntryType::kBlockDevice;
    case S_IFIFO:
      return EntryType::kFifo;
    default:
      return std::nullopt;
  }
}

Result<std::optional<OverlayEntry>> ReadEntry(int parent_fd, const std::string& name,
                                              const std::string& path, Marks marks) {
  struct stat status = {};
  if (fstatat(parent_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return Failed("stat", path);
  }
  const std::optional<EntryType> type = TypeOf(status, marks);
  if (!type) return std::optional<OverlayEntry>();
  OverlayEntry found;
  TreeEntry& entry = found.entry;
  entry.path = path;
  entry.type = *type;
  if (*type == EntryType::kWhiteout) return std::optional(std::move(found));
  found.device = status.st_dev;
  found.inode = status.st_ino;
  found.linked = *type != EntryType::kDirectory && status.st_nlink > 1;
  entry.mode = *type == EntryType::kSymlink ? 0777 : status.st_mode & 07777;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.mtime = {.seconds = status.st_mtim.tv_sec,
                 .nanoseconds = static_cast<uint32_t>(status.st_mtim.tv_nsec)};
  if (*type == EntryType::kFile) entry.size_bytes = static_cast<uint64_t>(status.st_size);
  if (*type == EntryType::kCharDevice || *type == EntryType::kBlockDevice) {
    entry.device_major = major(status.st_rdev);
    entry.device_minor = minor(status.st_rdev);
  }
  if (*type == EntryType::kSymlink) {
    COOPER_ASSIGN_OR_RETURN(entry.link,
                            ReadSized("readlink", path, 256, [&](char* bytes, size_t size) {
                              return readlinkat(parent_fd, name.c_str(), bytes, size);
                            }));
  }
  COOPER_RETURN_IF_ERROR(
      ReadXattrs(fmt::format("/proc/self/fd/{}/{}", parent_fd, name), marks, found));
  return std::optional(std::move(found));
}

}  // namespace

OverlayEntry WhiteoutAt(std::string path) {
  OverlayEntry whiteout;
  whiteout.entry.path = std::move(path);
  whiteout.entry.type = EntryType::kWhiteout;
  return whiteout;
}

Result<std::optional<OverlayEntry>> ReadOverlayEntry(int parent_fd, const std::string& name,
                                                     const std::string& path) {
  return ReadEntry(parent_fd, name, path, Marks::kRead);
}

Result<std::optional<OverlayEntry>> ReadPlainEntry(int parent_fd, const std::string& name,
                                                   const std::string& path) {
  return ReadEntry(parent_fd, name, path, Marks::kIgnored);
}

Result<TreeEntry> ReadOverlayRoot(int root_fd) {
  COOPER_ASSIGN_OR_RETURN(std::optional<OverlayEntry> root, ReadOverlayEntry(root_fd, ".", ""));
  if (!root || root->entry.type != EntryType::kDirectory) {
    return Error(DiagnosticKind::kInternal, "the root of a layer is no directory");
  }
  root->entry.opaque = false;
  return std::move(root->entry);
}

}  // namespace cooper
