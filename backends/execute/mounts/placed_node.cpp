#include "backends/execute/mounts/placed_node.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>

namespace cooper {

std::optional<std::string> PathInRoot(int root_fd, int node_fd) {
  const auto read = [](int fd) {
    char path[PATH_MAX];
    const ssize_t size = readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), path, sizeof(path));
    return std::string(path, size < 0 ? 0 : static_cast<size_t>(size));
  };
  std::string root = read(root_fd);
  const std::string node = read(node_fd);
  if (root == "/") root.clear();
  if (node.size() <= root.size() || !node.starts_with(root) || node[root.size()] != '/') {
    return std::nullopt;
  }
  return node.substr(root.size() + 1);
}

bool NamesNode(int parent_fd, const std::string& name, int node_fd) {
  struct stat named = {};
  struct stat opened = {};
  return fstatat(parent_fd, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         fstat(node_fd, &opened) == 0 && named.st_dev == opened.st_dev &&
         named.st_ino == opened.st_ino;
}

void OverwriteWithZeros(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return;
  constexpr std::array<char, 4096> kZeros = {};
  for (off_t at = 0; at < status.st_size;) {
    const ssize_t size = pwrite(fd, kZeros.data(), kZeros.size(), at);
    if (size <= 0) break;
    at += size;
  }
  static_cast<void>(ftruncate(fd, 0) == 0);
}

}  // namespace cooper
