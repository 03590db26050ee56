#include "backends/filesystem/disk/disk_node.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "backends/filesystem/disk/beneath.h"

namespace cooper {
namespace {

constexpr size_t kBufferBytes = size_t{128} << 10;
constexpr uint32_t kSetIdBits = S_ISUID | S_ISGID;

Error Failed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `/{}`", call, path), number);
}

std::string ProcPath(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

timespec TimeOf(const TreeEntry& entry) {
  return {.tv_sec = entry.mtime.seconds, .tv_nsec = entry.mtime.nanoseconds};
}

// Gives the node `fd` its owner, or tells of it. Whether the mode's set-id bits are safe.
Result<bool> SetOwner(int fd, const TreeEntry& entry, const NodeOptions& options) {
  if (options.one_id) {
    const NodeTruth truth = TruthOfEntry(entry);
    if (options.truths == nullptr || truth == NodeTruth()) return true;
    const std::optional<NodeStatus> status = ReadNodeStatus(fd, "");
    if (!status) return Failed("statx", entry.path);
    options.truths->Add(status->key, truth);
    return true;
  }
  if (fchownat(fd, "", entry.uid, entry.gid, AT_EMPTY_PATH) == 0) return true;
  const bool lenient = options.user_namespace || options.as_allowed;
  if (lenient && (errno == EINVAL || errno == EPERM)) return false;
  return Failed("chown", entry.path);
}

template <typename Set>
Status SetXattrs(const TreeEntry& entry, const NodeOptions& options, Set set) {
  for (const auto& [key, value] : entry.xattrs) {
    if (key.starts_with(kUserOverlay) || key.starts_with(kTrustedOverlay)) continue;
    if (set(key.c_str(), value.data(), value.size()) == 0) continue;
    if (options.as_allowed && key == "security.capability" && errno == EPERM) continue;
    if (key.starts_with("user.") || key == "security.capability") {
      return Failed(fmt::format("setting xattr {}", key), entry.path);
    }
  }
  return Ok();
}

// Chown clears set-id bits and writing clears capabilities, so: content, owner,
// mode, xattrs, and the time last.
Status SetMetadata(int fd, const TreeEntry& entry, uint32_t mode, const NodeOptions& options) {
  COOPER_ASSIGN_OR_RETURN(const bool owned, SetOwner(fd, entry, options));
  if (fchmod(fd, owned ? mode : mode & ~kSetIdBits) != 0) return Failed("chmod", entry.path);
  return SetXattrs(entry, options, [fd](const char* key, const char* value, size_t size) {
    return fsetxattr(fd, key, value, size, 0);
  });
}

Status WriteContent(int fd, const TreeEntry& entry, ContentReader* content) {
  if (entry.size_bytes == 0) return Ok();
  if (content == nullptr) {
    return Error(DiagnosticKind::kInternal, fmt::format("`{}` has no content", entry.path));
  }
  thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  for (uint64_t left = entry.size_bytes; left > 0;) {
    const size_t part = std::min<uint64_t>(left, kBufferBytes);
    COOPER_ASSIGN_OR_RETURN(const size_t size, content->Read(std::span(buffer.get(), part)));
    if (size == 0) {
      return Error(DiagnosticKind::kLayerInvalid,
                   fmt::format("`{}` ends after {} of {} bytes", entry.path,
                               entry.size_bytes - left, entry.size_bytes));
    }
    for (size_t done = 0; done < size;) {
      const ssize_t written = write(fd, buffer.get() + done, size - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Failed("write", entry.path);
      done += static_cast<size_t>(written);
    }
    left -= size;
  }
  return Ok();
}

Status FinishFile(int fd, const TreeEntry& entry, const NodeOptions& options) {
  COOPER_RETURN_IF_ERROR(SetMetadata(fd, entry, entry.mode, options));
  const timespec times[] = {TimeOf(entry), TimeOf(entry)};
  if (futimens(fd, times) != 0) return Failed("setting the time", entry.path);
  return Ok();
}

Status MakeFile(int parent_fd, const std::string& name, const TreeEntry& entry,
                ContentReader* content, const NodeOptions& options) {
  const ScopedFd fd(
      openat(parent_fd, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return Failed("open", entry.path);
  COOPER_RETURN_IF_ERROR(WriteContent(fd.get(), entry, content));
  return FinishFile(fd.get(), entry, options);
}

Status MakeDirectory(int parent_fd, const std::string& name, const TreeEntry& entry,
                     const NodeOptions& options) {
  if (mkdirat(parent_fd, name.c_str(), 0700) != 0) return Failed("mkdir", entry.path);
  const ScopedFd fd(
      openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.ok()) return Failed("open", entry.path);
  return SetDirectoryMetadata(fd.get(), entry, options);
}

// Links, devices and FIFOs, which must not be opened.
Status FinishSpecial(int parent_fd, const std::string& name, const TreeEntry& entry,
                     const NodeOptions& options) {
  const ScopedFd node(openat(parent_fd, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!node.ok()) return Failed("open", entry.path);
  COOPER_ASSIGN_OR_RETURN(const bool owned, SetOwner(node.get(), entry, options));
  const bool symlink = entry.type == EntryType::kSymlink;
  // The descriptor names the very inode, whatever happens to its name.
  if (!symlink &&
      chmod(ProcPath(node.get()).c_str(), owned ? entry.mode : entry.mode & ~kSetIdBits) != 0) {
    return Failed("chmod", entry.path);
  }
  const std::string path = ProcPath(parent_fd) + '/' + name;
  COOPER_RETURN_IF_ERROR(
      SetXattrs(entry, options, [&path](const char* key, const char* value, size_t size) {
        return lsetxattr(path.c_str(), key, value, size, 0);
      }));
  const timespec times[] = {TimeOf(entry), TimeOf(entry)};
  if (utimensat(parent_fd, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return Failed("setting the time", entry.path);
  }
  return Ok();
}

// An empty file of the device's owner, mode and time.
Status MakePlaceholder(int parent_fd, const std::string& name, const TreeEntry& entry,
                       const NodeOptions& options) {
  const ScopedFd fd(
      openat(parent_fd, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return Failed("open", entry.path);
  return FinishFile(fd.get(), entry, options);
}

Status MakeDevice(int parent_fd, const std::string& name, const TreeEntry& entry,
                  const NodeOptions& options) {
  mode_t type = S_IFIFO;
  if (entry.type == EntryType::kCharDevice) type = S_IFCHR;
  if (entry.type == EntryType::kBlockDevice) type = S_IFBLK;
  const dev_t device = makedev(entry.device_major, entry.device_minor);
  if (type != S_IFIFO &&
      (major(device) != entry.device_major || minor(device) != entry.device_minor ||
       entry.device_major > 0xfff || entry.device_minor > 0xfffff)) {
    return Error(DiagnosticKind::kLayerInvalid,
                 fmt::format("device numbers {}:{} of `{}` are beyond Linux's limit 4095:1048575",
                             entry.device_major, entry.device_minor, entry.path));
  }
  if (type == S_IFCHR && device == 0) {
    return Error(DiagnosticKind::kLayerInvalid,
                 fmt::format("`{}` is the character device 0:0, which overlayfs takes for a "
                             "deletion",
                             entry.path));
  }
  if (type != S_IFIFO && options.devices_as_files) {
    return MakePlaceholder(parent_fd, name, entry, options);
  }
  if (mknodat(parent_fd, name.c_str(), type | 0600, type == S_IFIFO ? 0 : device) != 0) {
    if (errno != EPERM || type == S_IFIFO) return Failed("mknod", entry.path);
    return MakePlaceholder(parent_fd, name, entry, options);
  }
  return FinishSpecial(parent_fd, name, entry, options);
}

// Opens a directory that is to be emptied, if need be by giving its owner the permissions.
ScopedFd OpenToEmpty(int parent_fd, const std::string& name) {
  const ScopedFd handle = OpenBeneath(parent_fd, name, O_PATH | O_DIRECTORY);
  struct stat status = {};
  if (!handle.ok() || fstat(handle.get(), &status) != 0) return {};
  if ((status.st_mode & S_IRWXU) != S_IRWXU) {
    (void)!chmod(ProcPath(handle.get()).c_str(), (status.st_mode & 07777) | S_IRWXU);
  }
  return OpenBeneath(handle.get(), "", O_RDONLY | O_DIRECTORY);
}

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};
using Directory = std::unique_ptr<DIR, CloseDir>;

}  // namespace

Status MakeNode(int parent_fd, const std::string& name, const TreeEntry& entry,
                ContentReader* content, const NodeOptions& options) {
  switch (entry.type) {
    case EntryType::kFile:
      return MakeFile(parent_fd, name, entry, content, options);
    case EntryType::kDirectory:
      return MakeDirectory(parent_fd, name, entry, options);
    case EntryType::kSymlink:
      if (symlinkat(entry.link.c_str(), parent_fd, name.c_str()) != 0) {
        return Failed("symlink", entry.path);
      }
      return FinishSpecial(parent_fd, name, entry, options);
    case EntryType::kCharDevice:
    case EntryType::kBlockDevice:
    case EntryType::kFifo:
      return MakeDevice(parent_fd, name, entry, options);
    case EntryType::kHardLink:
    case EntryType::kWhiteout:
      break;
  }
  return Error(DiagnosticKind::kInternal, fmt::format("`{}` has no node of its own", entry.path));
}

Status SetDirectoryMetadata(int fd, const TreeEntry& entry, const NodeOptions& options) {
  return SetMetadata(fd, entry, entry.mode | S_IRWXU, options);
}

Status FinishDirectory(int fd, const TreeEntry& entry) {
  if ((entry.mode & S_IRWXU) != S_IRWXU) {
    struct stat status = {};
    if (fstat(fd, &status) != 0) return Failed("stat", entry.path);
    const mode_t mode = (status.st_mode & 07777 & ~S_IRWXU) | (entry.mode & S_IRWXU);
    if (fchmod(fd, mode) != 0) return Failed("chmod", entry.path);
  }
  const timespec times[] = {TimeOf(entry), TimeOf(entry)};
  if (futimens(fd, times) != 0) return Failed("setting the time", entry.path);
  return Ok();
}

Status RemoveNode(int parent_fd, const std::string& name, std::string_view path) {
  if (unlinkat(parent_fd, name.c_str(), 0) == 0 || errno == ENOENT) return Ok();
  if (errno != EISDIR) return Failed("unlink", path);
  // Depth is bounded by the limit on paths, descriptors by this loop, which has
  // only one directory open: it empties the deepest first.
  std::vector<std::string> names{name};
  while (!names.empty()) {
    std::string below;
    for (size_t i = 0; i < names.size(); ++i) below += (i > 0 ? "/" : "") + names[i];
    ScopedFd fd = OpenToEmpty(parent_fd, below);
    if (!fd.ok()) return Failed("open", path);
    const int dir_fd = fd.get();
    const Directory dir(fdopendir(dir_fd));
    if (!dir) return Failed("open", path);
    static_cast<void>(fd.Release());
    std::string child;
    while (const dirent* item = readdir(dir.get())) {
      const std::string_view item_name = item->d_name;
      if (item_name == "." || item_name == "..") continue;
      if (unlinkat(dir_fd, item->d_name, 0) == 0) continue;
      if (errno != EISDIR) return Failed("unlink", path);
      if (unlinkat(dir_fd, item->d_name, AT_REMOVEDIR) == 0) continue;
      if (errno != ENOTEMPTY && errno != EEXIST) return Failed("rmdir", path);
      child = item->d_name;
      break;
    }
    if (!child.empty()) {
      names.push_back(std::move(child));
      continue;
    }
    const size_t slash = below.rfind('/');
    ScopedFd holder;
    if (slash != std::string::npos) {
      holder = OpenBeneath(parent_fd, below.substr(0, slash), O_PATH | O_DIRECTORY);
      if (!holder.ok()) return Failed("open", path);
    }
    const int from = holder.ok() ? holder.get() : parent_fd;
    if (unlinkat(from, names.back().c_str(), AT_REMOVEDIR) != 0) return Failed("rmdir", path);
    names.pop_back();
  }
  return Ok();
}

}  // namespace cooper
