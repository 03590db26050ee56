#include "backends/store/upkeep/snapshot_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "backends/filesystem/disk/beneath.h"

namespace cooper {
namespace {

std::optional<mode_t> TypeOnDisk(EntryType type) {
  switch (type) {
    case EntryType::kFile:
    case EntryType::kHardLink:
      return S_IFREG;
    case EntryType::kDirectory:
      return S_IFDIR;
    case EntryType::kSymlink:
      return S_IFLNK;
    default:
      return std::nullopt;
  }
}

// Stats many paths in tree order: the directory of the last one stays open.
class Walker {
 public:
  explicit Walker(int root_fd) : root_fd_(root_fd) {}

  int Stat(const std::string& path, struct stat& status) {
    const size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
    if (!directory_.ok() || parent != parent_) {
      directory_ = OpenBeneath(root_fd_, parent, O_PATH | O_DIRECTORY);
      if (!directory_.ok()) return errno;
      parent_ = parent;
    }
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    return fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
  }

 private:
  const int root_fd_;
  ScopedFd directory_;
  std::string parent_;
};

}  // namespace

std::optional<std::string> SnapshotFault(const StoreDirectory& directory, const std::string& name,
                                         const LayerIndex& index) {
  const ScopedFd root(
      OpenBeneath(directory.snapshots.get(), name + "/root", O_RDONLY | O_DIRECTORY));
  // Removed since it was listed.
  if (!root.ok() && errno == ENOENT) return std::nullopt;
  if (!root.ok()) return "it cannot be opened";
  Walker walker(root.get());
  for (const TreeEntry& entry : index.entries()) {
    const std::optional<mode_t> type = TypeOnDisk(entry.type);
    if (!type || entry.path.empty()) continue;
    struct stat status{};
    if (const int error = walker.Stat(entry.path, status); error != 0) {
      // A tree that is deeper than a path can say.
      if (error == ENAMETOOLONG) continue;
      return fmt::format("it lacks `{}`", entry.path);
    }
    if ((status.st_mode & S_IFMT) != *type) {
      // A hard link may be one of a device or a link.
      if (entry.type == EntryType::kHardLink) continue;
      return fmt::format("`{}` has another type than in the layer", entry.path);
    }
    if (entry.type == EntryType::kFile &&
        static_cast<uint64_t>(status.st_size) != entry.size_bytes) {
      return fmt::format("`{}` has {} bytes instead of {}", entry.path, status.st_size,
                         entry.size_bytes);
    }
  }
  return std::nullopt;
}

}  // namespace cooper
