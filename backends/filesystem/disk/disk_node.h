// Single files, links and directories on disk, made and removed by descriptor.
//
// Every function takes the open parent directory (O_PATH is enough) and one name,
// never follows a symbolic link, and reports kStore naming `entry.path`.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_DISK_NODE_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_DISK_NODE_H_

#include <string>
#include <string_view>

#include "backends/filesystem/disk/owner_records.h"
#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

// Overlayfs keeps its marks under one of two prefixes; neither ever comes from a layer.
inline constexpr std::string_view kUserOverlay = "user.overlay.";
inline constexpr std::string_view kTrustedOverlay = "trusted.overlay.";

// Takes what nodes are that the disk cannot say.
class NodeTruthSink {
 public:
  virtual ~NodeTruthSink() = default;
  virtual void Add(const NodeKey& key, const NodeTruth& truth) = 0;
};

struct NodeOptions {
  // In a user namespace. What it forbids is then left undone, and the layer's index
  // and blob keep the truth: an owner without a mapping stays ours and the set-id bits
  // of such a file are dropped.
  bool user_namespace = false;
  // In a user namespace of one id no owner is set, and set-id bits stay: every file is
  // ours, and the mode is the only place that tells them.
  bool one_id = false;
  // For whoever looks at the files: what this user may not do is left undone. An owner that
  // cannot be given stays ours, and then set-id bits and file capabilities are dropped.
  bool as_allowed = false;
  // Devices become empty files even where they could be made.
  bool devices_as_files = false;
  // With one_id: told of each node that is not root's, or a device. Borrowed.
  NodeTruthSink* truths = nullptr;
};

// Makes a node of the entry's type, which must not exist yet, with its content,
// owner, mode, xattrs and time. A device that may not be made (without CAP_MKNOD, or in
// a user namespace) becomes an empty file; the layer's index keeps the truth. Xattrs: a failure for `user.` and
// `security.capability` is an error; of other namespaces only what the kernel
// takes is kept, and overlay's own are left out. Not for hard links and whiteouts.
Status MakeNode(int parent_fd, const std::string& name, const TreeEntry& entry,
                ContentReader* content, const NodeOptions& options);

// Owner, mode and xattrs of the directory `fd`, not O_PATH. Our own permissions on
// it stay until FinishDirectory, so that a layer may fill a read-only directory.
Status SetDirectoryMetadata(int fd, const TreeEntry& entry, const NodeOptions& options);
// What filling a directory needs or changes: the owner's permissions and the time.
Status FinishDirectory(int fd, const TreeEntry& entry);

// Removes a node, a directory with everything in it; nothing there is no error.
Status RemoveNode(int parent_fd, const std::string& name, std::string_view path);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_DISK_NODE_H_
