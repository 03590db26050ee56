#include "backends/filesystem/diff/tree_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include "backends/filesystem/diff/layer_changes.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

// The longest step of a clock is 10 ms (HZ=100). Beyond that the clock was set back.
constexpr std::chrono::milliseconds kLongestTick{20};

Error Failed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `/{}`", call, path), number);
}

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

}  // namespace

Result<TreeScan> TreeScan::Take(int root_fd, const ProtectedPaths& excluded) {
  TreeScan scan;
  std::vector<Pending> pending;
  COOPER_RETURN_IF_ERROR(scan.ReadDirectory(root_fd, "", excluded, pending));
  while (!pending.empty()) {
    const Pending directory = std::move(pending.back());
    pending.pop_back();
    scan.nodes_[directory.node].children = static_cast<uint32_t>(scan.directories_.size());
    COOPER_RETURN_IF_ERROR(scan.ReadDirectory(root_fd, directory.path, excluded, pending));
  }
  return scan;
}

Status TreeScan::ReadDirectory(int root_fd, const std::string& path, const ProtectedPaths& excluded,
                               std::vector<Pending>& pending) {
  ScopedFd fd = OpenBeneath(root_fd, path, O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return Failed("open", path);
  const std::unique_ptr<DIR, CloseDir> dir(fdopendir(fd.get()));
  if (!dir) return Failed("open", path);
  const int dir_fd = fd.Release();
  const size_t begin = nodes_.size();
  for (errno = 0;; errno = 0) {
    const dirent* item = readdir(dir.get());
    if (item == nullptr) break;
    const std::string_view name = item->d_name;
    if (name == "." || name == "..") continue;
    if (path.size() + 1 + name.size() > kMaxLayerPathBytes) {
      return CheckPathLength(JoinPath(path, name));
    }
    if (!excluded.empty() && excluded.Covers(JoinPath(path, name))) continue;
    struct statx status = {};
    if (statx(dir_fd, item->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
              STATX_BASIC_STATS, &status) != 0) {
      return Failed("statx", JoinPath(path, name));
    }
    if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) continue;
    if (names_.size() + name.size() >= kNone || nodes_.size() >= kNone) {
      return Error(DiagnosticKind::kLimitExceeded, "the root file system has too many files");
    }
    Node node = {};
    node.inode = status.stx_ino;
    node.size_bytes = status.stx_size;
    node.changed_seconds = status.stx_ctime.tv_sec;
    node.changed_nanoseconds = status.stx_ctime.tv_nsec;
    node.modified_seconds = status.stx_mtime.tv_sec;
    node.modified_nanoseconds = status.stx_mtime.tv_nsec;
    node.device_major = status.stx_dev_major;
    node.device_minor = status.stx_dev_minor;
    node.mode = status.stx_mode;
    node.uid = status.stx_uid;
    node.gid = status.stx_gid;
    node.names = status.stx_nlink;
    node.name = static_cast<uint32_t>(names_.size());
    node.children = kNone;
    names_.append(name);
    names_.push_back('\0');
    nodes_.push_back(node);
    const FileTime changed{.seconds = node.changed_seconds,
                           .nanoseconds = node.changed_nanoseconds};
    if (std::tie(latest_.seconds, latest_.nanoseconds) <
        std::tie(changed.seconds, changed.nanoseconds)) {
      latest_ = changed;
    }
  }
  if (errno != 0) return Failed("readdir", path);
  std::sort(nodes_.begin() + static_cast<ptrdiff_t>(begin), nodes_.end(),
            [this](const Node& a, const Node& b) { return std::strcmp(NameOf(a), NameOf(b)) < 0; });
  directories_.push_back(
      {.begin = static_cast<uint32_t>(begin), .end = static_cast<uint32_t>(nodes_.size())});
  for (size_t i = begin; i < nodes_.size(); ++i) {
    if (!S_ISDIR(nodes_[i].mode)) continue;
    pending.push_back(
        {.path = JoinPath(path, NameOf(nodes_[i])), .node = static_cast<uint32_t>(i)});
  }
  return Ok();
}

bool TreeScan::Same(const Node& a, const Node& b) {
  const auto fields = [](const Node& node) {
    return std::tie(node.inode, node.device_major, node.device_minor, node.changed_seconds,
                    node.changed_nanoseconds, node.modified_seconds, node.modified_nanoseconds,
                    node.size_bytes, node.mode, node.uid, node.gid);
  };
  return fields(a) == fields(b);
}

std::span<const TreeScan::Node> TreeScan::Children(uint32_t directory) const {
  if (directory >= directories_.size()) return {};
  const Range range = directories_[directory];
  return std::span(nodes_).subspan(range.begin, range.end - range.begin);
}

ScanDifference TreeScan::Since(const TreeScan& before) const {
  struct Pair {
    std::string path;
    uint32_t before;
    uint32_t now;
  };
  ScanDifference difference;
  std::vector<Pair> pairs{{.path = "", .before = 0, .now = 0}};
  while (!pairs.empty()) {
    const Pair pair = std::move(pairs.back());
    pairs.pop_back();
    const std::span<const Node> old_nodes = before.Children(pair.before);
    const std::span<const Node> new_nodes = Children(pair.now);
    auto old_node = old_nodes.begin();
    auto new_node = new_nodes.begin();
    while (old_node != old_nodes.end() || new_node != new_nodes.end()) {
      int order = old_node == old_nodes.end() ? 1 : -1;
      if (old_node != old_nodes.end() && new_node != new_nodes.end()) {
        order = std::strcmp(before.NameOf(*old_node), NameOf(*new_node));
      }
      if (order < 0) {
        difference.removed.push_back(JoinPath(pair.path, before.NameOf(*old_node)));
        ++old_node;
        continue;
      }
      const bool is_directory = new_node->children != kNone;
      if (order > 0 || !Same(*old_node, *new_node)) {
        difference.changed.push_back(JoinPath(pair.path, NameOf(*new_node)));
      }
      if (is_directory) {
        pairs.push_back({.path = JoinPath(pair.path, NameOf(*new_node)),
                         .before = order == 0 ? old_node->children : kNone,
                         .now = new_node->children});
      }
      ++new_node;
      if (order == 0) ++old_node;
    }
  }
  std::sort(difference.changed.begin(), difference.changed.end());
  std::sort(difference.removed.begin(), difference.removed.end());
  return difference;
}

template <typename Wanted>
std::vector<std::pair<std::string, const TreeScan::Node*>> TreeScan::Find(Wanted wanted) const {
  std::vector<std::pair<std::string, const Node*>> found;
  // Rarely are there any, and only then are paths of interest.
  if (std::none_of(nodes_.begin(), nodes_.end(), wanted)) return found;
  std::vector<std::pair<std::string, uint32_t>> directories{{"", 0}};
  while (!directories.empty()) {
    const auto [path, directory] = std::move(directories.back());
    directories.pop_back();
    for (const Node& node : Children(directory)) {
      std::string child = JoinPath(path, NameOf(node));
      if (wanted(node)) found.emplace_back(child, &node);
      if (node.children != kNone) directories.emplace_back(std::move(child), node.children);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> TreeScan::Sockets() const {
  std::vector<std::string> sockets;
  for (auto& [path, node] : Find([](const Node& one) { return S_ISSOCK(one.mode); })) {
    sockets.push_back(std::move(path));
  }
  return sockets;
}

std::vector<std::string> TreeScan::FurtherNames() const {
  std::vector<std::string> further;
  std::set<std::tuple<uint32_t, uint32_t, uint64_t>> first;
  const auto linked = [](const Node& one) { return one.names > 1 && !S_ISDIR(one.mode); };
  for (auto& [path, node] : Find(linked)) {
    if (first.emplace(node->device_major, node->device_minor, node->inode).second) continue;
    further.push_back(std::move(path));
  }
  return further;
}

void TreeScan::AwaitNextTick() const {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    timespec now = {};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec > latest_.seconds ||
        (now.tv_sec == latest_.seconds && now.tv_nsec > latest_.nanoseconds)) {
      return;
    }
    if (std::chrono::steady_clock::now() - start > kLongestTick) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace cooper
