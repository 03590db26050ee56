#include "backends/execute/mounts/placed_mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <optional>
#include <string_view>
#include <utility>

#include "backends/execute/mounts/placed_node.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/disk_node.h"
#include "backends/filesystem/disk/kept_times.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/write/copy_node.h"

namespace cooper {
namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY;

Error Failed(std::string_view call, std::string_view target) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kSandbox,
                    fmt::format("cannot place what is mounted on `{}`: {}", target, call), number);
}

Error Refused(std::string_view target, std::string_view reason) {
  return {DiagnosticKind::kSandbox,
          fmt::format("cannot place what is mounted on `{}`: {}", target, reason)};
}

// The open directory that holds the host path.
ScopedFd OpenParentOf(const std::string& path) {
  const std::string parent(ParentPath(path));
  return ScopedFd(open(parent.empty() ? "/" : parent.c_str(), kDirectory | O_CLOEXEC));
}

}  // namespace

struct PlacedMounts::Placed {
  std::string target;                // as asked for
  std::string path;                  // clean, in the root
  std::vector<std::string> parents;  // that were made for it, the outermost first
  std::string aside;                 // name in aside_fd of what was there; empty for nothing
  std::string source;                // of a bind, on this machine
  bool cleared = false;              // nothing of the image's is at `path`
  bool comes_back = false;           // what the step made of it, to `source`
  ScopedFd node;                     // what was put there; not ok when that failed
  ScopedFd secret;                   // to write to
};

PlacedMounts::PlacedMounts(const PlacingRoot& root) : root_(root) {}

PlacedMounts::~PlacedMounts() { static_cast<void>(TakeOut().ok()); }

Result<std::unique_ptr<PlacedMounts>> PlacedMounts::Put(const PlacingRoot& root,
                                                        std::vector<SandboxMount> mounts,
                                                        const std::set<std::string>& kept_sources) {
  const auto depth = [](const SandboxMount& mount) {
    return std::count(mount.target.begin(), mount.target.end(), '/');
  };
  std::stable_sort(mounts.begin(), mounts.end(),
                   [&](const auto& a, const auto& b) { return depth(a) < depth(b); });
  std::unique_ptr<PlacedMounts> placed(new PlacedMounts(root));
  for (const SandboxMount& mount : mounts) {
    COOPER_RETURN_IF_ERROR(placed->PutOne(mount, kept_sources.contains(mount.source)));
  }
  return placed;
}

Result<std::string> PlacedMounts::ResolveTarget(const SandboxMount& mount) const {
  const auto look = [this](std::string_view path) {
    std::optional<TreeEntry> found;
    const ScopedFd node = OpenBeneath(root_.root_fd, std::string(path), O_PATH);
    char link[PATH_MAX];
    const ssize_t size = node.ok() ? readlinkat(node.get(), "", link, sizeof(link)) : -1;
    if (size < 0) return found;
    found.emplace();
    found->type = EntryType::kSymlink;
    found->link.assign(link, static_cast<size_t>(size));
    return found;
  };
  COOPER_ASSIGN_OR_RETURN(std::string path, ResolveLinks(mount.target, /*follow_last=*/true,
                                                         FileTree::kMaxLinks, look));
  if (path.empty()) return Refused(mount.target, "it is the root");
  if (root_.keep != nullptr && (root_.keep->Covers(path) || root_.keep->IsAbove(path))) {
    return Refused(mount.target, fmt::format("this container needs `/{}`", path));
  }
  return path;
}

Status PlacedMounts::MakeParents(const std::string& path, Placed& placed) {
  for (size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    const ScopedFd parent =
        OpenBeneath(root_.root_fd, std::string(ParentPath(directory)), kDirectory);
    if (!parent.ok()) return Failed("open", placed.target);
    const KeptTimes times(parent.get());
    if (mkdirat(parent.get(), std::string(LastName(directory)).c_str(), 0755) != 0) {
      if (errno == EEXIST) continue;
      return Failed("mkdir", placed.target);
    }
    placed.parents.push_back(directory);
    // Not what the umask made of it.
    if (fchmodat(parent.get(), std::string(LastName(directory)).c_str(), 0755, 0) != 0) {
      return Failed("chmod", placed.target);
    }
  }
  return Ok();
}

Status PlacedMounts::MoveAside(int parent_fd, Placed& placed) {
  const std::string aside = fmt::format("aside-{}", next_aside_++);
  if (renameat(parent_fd, std::string(LastName(placed.path)).c_str(), root_.aside_fd,
               aside.c_str()) == 0) {
    placed.aside = aside;
    placed.cleared = true;
    return Ok();
  }
  placed.cleared = errno == ENOENT;
  if (placed.cleared) return Ok();
  return Failed("moving aside what is there", placed.target);
}

Status PlacedMounts::PutBind(int parent_fd, const std::string& name, const SandboxMount& mount,
                             bool kept, Placed& placed) {
  placed.source = mount.source;
  for (const Placed& earlier : placed_) {
    if (&earlier == &placed || earlier.source != mount.source) continue;
    if (symlinkat(('/' + earlier.path).c_str(), parent_fd, name.c_str()) == 0) return Ok();
    return Failed("symlink", mount.target);
  }
  const std::string source(LastName(mount.source));
  const ScopedFd holder = OpenParentOf(mount.source);
  struct stat status = {};
  if (!holder.ok() || fstatat(holder.get(), source.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return Failed("open", mount.source);
  }
  if (S_ISSOCK(status.st_mode)) {
    // It stays where its relay made it. A link to its inode is the same socket.
    if (linkat(holder.get(), source.c_str(), parent_fd, name.c_str(), 0) == 0) return Ok();
    if (errno == EXDEV && root_.in_place &&
        symlinkat(mount.source.c_str(), parent_fd, name.c_str()) == 0) {
      return Ok();
    }
    return Failed("link to the socket", mount.target);
  }
  placed.comes_back = kept && !mount.read_only;
  if (!kept || placed.comes_back) {
    if (renameat(holder.get(), source.c_str(), parent_fd, name.c_str()) == 0) return Ok();
    if (errno != EXDEV) return Failed("rename", mount.target);
  }
  return CopyNode(holder.get(), source, parent_fd, name, {.user_namespace = root_.user_namespace});
}

Status PlacedMounts::PutOne(const SandboxMount& mount, bool kept) {
  if (!mount.subpath.empty()) return Refused(mount.target, "a part of a source is not supported");
  COOPER_ASSIGN_OR_RETURN(std::string path, ResolveTarget(mount));
  Placed& placed = placed_.emplace_back();
  placed.target = mount.target;
  placed.path = std::move(path);
  COOPER_RETURN_IF_ERROR(MakeParents(placed.path, placed));
  const ScopedFd parent =
      OpenBeneath(root_.root_fd, std::string(ParentPath(placed.path)), kDirectory);
  if (!parent.ok()) return Failed("open", mount.target);
  struct statfs filesystem = {};
  if (fstatfs(parent.get(), &filesystem) != 0 || filesystem.f_type == PROC_SUPER_MAGIC ||
      filesystem.f_type == SYSFS_MAGIC) {
    return Refused(mount.target, "it is inside of /proc or /sys");
  }
  const KeptTimes times(parent.get());
  COOPER_RETURN_IF_ERROR(MoveAside(parent.get(), placed));
  const std::string name(LastName(placed.path));
  Status status;
  switch (mount.kind) {
    case SandboxMount::Kind::kTmpfs:
      if (mkdirat(parent.get(), name.c_str(), 0700) != 0 ||
          fchmodat(parent.get(), name.c_str(), mount.mode, 0) != 0) {
        status = Failed("mkdir", mount.target);
      }
      break;
    case SandboxMount::Kind::kFile: {
      placed.secret = ScopedFd(openat(parent.get(), name.c_str(),
                                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
      const int fd = placed.secret.get();
      size_t at = 0;
      while (placed.secret.ok() && at < mount.content.size()) {
        const ssize_t size = write(fd, mount.content.data() + at, mount.content.size() - at);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        at += static_cast<size_t>(size);
      }
      if (at < mount.content.size() || fchown(fd, mount.uid, mount.gid) != 0 ||
          fchmod(fd, mount.mode) != 0) {
        status = Failed("write", mount.target);
      }
      break;
    }
    case SandboxMount::Kind::kBind:
      status = PutBind(parent.get(), name, mount, kept, placed);
      break;
  }
  // Also of what is there only in part.
  placed.node = OpenBeneath(parent.get(), name, O_PATH);
  if (status.ok() && !placed.node.ok()) return Failed("open", mount.target);
  return status;
}

Status PlacedMounts::TakeOut() {
  Status first;
  const auto note = [&first](Status status) {
    if (first.ok() && !status.ok()) first = std::move(status);
  };
  for (Placed& placed : placed_) {
    if (!placed.secret.ok()) continue;
    OverwriteWithZeros(placed.secret.get());
    note(TakeNode(placed));
  }
  for (auto placed = placed_.rbegin(); placed != placed_.rend(); ++placed) {
    note(TakeNode(*placed));
    note(Restore(*placed));
  }
  placed_.clear();
  return first;
}

// The step may have moved it, with a directory around it, to any place in the root.
Status PlacedMounts::TakeNode(Placed& placed) {
  const ScopedFd node = std::move(placed.node);
  if (!node.ok()) return Ok();
  const std::optional<std::string> path = PathInRoot(root_.root_fd, node.get());
  if (!path) return Ok();
  const std::string name(LastName(*path));
  const ScopedFd parent = OpenBeneath(root_.root_fd, std::string(ParentPath(*path)), kDirectory);
  if (!parent.ok() || !NamesNode(parent.get(), name, node.get())) return Ok();
  const KeptTimes times(parent.get());
  if (placed.comes_back) return MoveBack(parent.get(), name, placed);
  return RemoveNode(parent.get(), name, *path);
}

Status PlacedMounts::MoveBack(int parent_fd, const std::string& name, const Placed& placed) {
  const std::string source(LastName(placed.source));
  const ScopedFd holder = OpenParentOf(placed.source);
  if (!holder.ok()) return Failed("open", placed.source);
  if (renameat(parent_fd, name.c_str(), holder.get(), source.c_str()) == 0) return Ok();
  if (errno != EXDEV) return Failed("rename", placed.source);
  // The old one stays until the new one is whole.
  const std::string fresh = source + ".new";
  COOPER_RETURN_IF_ERROR(RemoveNode(holder.get(), fresh, fresh));
  COOPER_RETURN_IF_ERROR(
      CopyNode(parent_fd, name, holder.get(), fresh, {.user_namespace = root_.user_namespace}));
  COOPER_RETURN_IF_ERROR(RemoveNode(holder.get(), source, source));
  if (renameat(holder.get(), fresh.c_str(), holder.get(), source.c_str()) != 0) {
    return Failed("rename", placed.source);
  }
  return RemoveNode(parent_fd, name, placed.path);
}

Status PlacedMounts::Restore(Placed& placed) {
  // The step removed the directories around what was there: that would not have worked
  // with a mount, and so they come back.
  Placed again;
  again.target = placed.target;
  if (!placed.aside.empty()) COOPER_RETURN_IF_ERROR(MakeParents(placed.path, again));
  const ScopedFd parent =
      OpenBeneath(root_.root_fd, std::string(ParentPath(placed.path)), kDirectory);
  if (!parent.ok() && !placed.aside.empty()) {
    return Failed("restoring what was there", placed.target);
  }
  if (parent.ok() && placed.cleared) {
    const KeptTimes times(parent.get());
    const std::string name(LastName(placed.path));
    // What the step put into the place of the mount was never seen in the image either.
    COOPER_RETURN_IF_ERROR(RemoveNode(parent.get(), name, placed.path));
    if (!placed.aside.empty() &&
        renameat(root_.aside_fd, placed.aside.c_str(), parent.get(), name.c_str()) != 0) {
      return Failed("restoring what was there", placed.target);
    }
  }
  for (auto made = placed.parents.rbegin(); made != placed.parents.rend(); ++made) {
    const ScopedFd holder = OpenBeneath(root_.root_fd, std::string(ParentPath(*made)), kDirectory);
    if (!holder.ok()) continue;
    const KeptTimes times(holder.get());
    // One that the step put something into stays.
    if (unlinkat(holder.get(), std::string(LastName(*made)).c_str(), AT_REMOVEDIR) != 0 &&
        errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT && errno != ENOTDIR) {
      return Failed("rmdir", placed.target);
    }
  }
  return Ok();
}

}  // namespace cooper
