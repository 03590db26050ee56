#include "backends/store/upkeep/disk_usage.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <set>
#include <utility>
#include <vector>

#include "backends/filesystem/disk/beneath.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

constexpr uint64_t kBlockBytes = 512;  // of st_blocks

}  // namespace

uint64_t DiskUsage(int parent_fd, const std::string& name) {
  struct stat status{};
  if (fstatat(parent_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  uint64_t bytes = static_cast<uint64_t>(status.st_blocks) * kBlockBytes;
  const dev_t device = status.st_dev;
  if (!S_ISDIR(status.st_mode)) return bytes;
  const ScopedFd root(
      openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!root.ok()) return bytes;

  std::set<ino_t> counted;  // files with several names
  std::vector<std::string> pending = {""};
  while (!pending.empty()) {
    const std::string path = std::move(pending.back());
    pending.pop_back();
    const ScopedFd directory = OpenBeneath(root.get(), path, O_RDONLY | O_DIRECTORY);
    std::vector<std::string> names;
    if (directory.ok()) ListNames(directory.get(), names);
    for (const std::string& child : names) {
      if (fstatat(directory.get(), child.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
          status.st_dev != device) {
        continue;
      }
      const bool is_directory = S_ISDIR(status.st_mode);
      if (!is_directory && status.st_nlink > 1 && !counted.insert(status.st_ino).second) continue;
      bytes += static_cast<uint64_t>(status.st_blocks) * kBlockBytes;
      if (is_directory) pending.push_back(path.empty() ? child : path + "/" + child);
    }
  }
  return bytes;
}

}  // namespace cooper
