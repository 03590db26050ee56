#include "backends/filesystem/write/guarded_removal.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/disk_node.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

// Recursive, as deep as a protected path is.
Status EmptyDirectory(int fd, const std::string& path, const ProtectedPaths& keep) {
  ScopedFd handle = OpenBeneath(fd, "", O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, CloseDir> dir(handle.ok() ? fdopendir(handle.get()) : nullptr);
  if (!dir)
    return ErrnoError(DiagnosticKind::kStore, fmt::format("open failed for `/{}`", path), errno);
  handle.Release();
  std::vector<std::string> names;
  while (const dirent* item = readdir(dir.get())) {
    const std::string_view name = item->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  for (const std::string& name : names) {
    const Result<bool> gone = RemoveUnguarded(fd, JoinPath(path, name), keep);
    if (!gone.ok()) return gone.error();
  }
  return Ok();
}

}  // namespace

Result<bool> RemoveUnguarded(int parent_fd, const std::string& path, const ProtectedPaths& keep) {
  if (keep.Covers(path)) return false;
  const std::string name(LastName(path));
  if (keep.IsAbove(path)) {
    const ScopedFd fd = OpenBeneath(parent_fd, name, O_RDONLY | O_DIRECTORY);
    if (fd.ok()) {
      COOPER_RETURN_IF_ERROR(EmptyDirectory(fd.get(), path, keep));
      return false;
    }
  }
  COOPER_RETURN_IF_ERROR(RemoveNode(parent_fd, name, path));
  return true;
}

Status EmptyRoot(int root_fd, const ProtectedPaths& keep) {
  return EmptyDirectory(root_fd, "", keep);
}

}  // namespace cooper
