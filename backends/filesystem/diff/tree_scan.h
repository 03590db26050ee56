// What a root has on disk at one moment: one fingerprint for each node below it.
//
// Two scans tell what a step may have changed without reading a file. A node counts as
// unchanged only when its inode and its time of change (ctime), which no program can
// set, are the same, and with them size, time, owner and mode: never for its size and
// time alone. Immutable; 100,000 nodes take 10 MB.

#ifndef COOPER_BACKENDS_FILESYSTEM_DIFF_TREE_SCAN_H_
#define COOPER_BACKENDS_FILESYSTEM_DIFF_TREE_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/disk/protected_paths.h"
#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

// Sorted clean paths.
struct ScanDifference {
  // New or changed in some way; a directory also when something in it came or went.
  std::vector<std::string> changed;
  std::vector<std::string> removed;  // without what was below
};

class TreeScan {
 public:
  // Walks all below `root_fd` (borrowed) by descriptor; follows no link, opens nothing
  // but directories, and enters neither `excluded` paths nor mounts, which are left out.
  // kLimitExceeded for paths that no layer could hold, kStore for failed calls.
  static Result<TreeScan> Take(int root_fd, const ProtectedPaths& excluded);

  // From `before`, of the same root, to this scan.
  ScanDifference Since(const TreeScan& before) const;

  // Paths of the sockets, which no layer can hold.
  std::vector<std::string> Sockets() const;
  // The names of files that have several, sorted, but for the first of each file.
  std::vector<std::string> FurtherNames() const;

  // Returns when what changes from now on has a later time of change than anything in
  // the scan: the clock of files goes in steps of milliseconds.
  void AwaitNextTick() const;

  size_t size() const { return nodes_.size(); }

 private:
  struct Node {
    uint64_t inode;
    uint64_t size_bytes;
    int64_t changed_seconds;
    int64_t modified_seconds;
    uint32_t changed_nanoseconds;
    uint32_t modified_nanoseconds;
    uint32_t device_major;
    uint32_t device_minor;
    uint32_t mode;  // with the type
    uint32_t uid;
    uint32_t gid;
    uint32_t names;     // how many the inode has
    uint32_t name;      // offset in names_
    uint32_t children;  // index in directories_, kNone
  };
  struct Range {
    uint32_t begin;
    uint32_t end;
  };
  struct Pending {
    std::string path;
    uint32_t node;
  };
  static constexpr uint32_t kNone = ~0u;

  Status ReadDirectory(int root_fd, const std::string& path, const ProtectedPaths& excluded,
                       std::vector<Pending>& pending);
  static bool Same(const Node& a, const Node& b);
  // Paths and nodes of all that `wanted` agrees to.
  template <typename Wanted>
  std::vector<std::pair<std::string, const Node*>> Find(Wanted wanted) const;
  const char* NameOf(const Node& node) const { return names_.c_str() + node.name; }
  std::span<const Node> Children(uint32_t directory) const;

  std::vector<Node> nodes_;         // those of a directory in one piece, sorted by name
  std::vector<Range> directories_;  // of nodes_; the first is the root's
  std::string names_;               // each ended by NUL
  FileTime latest_;                 // time of change
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DIFF_TREE_SCAN_H_
