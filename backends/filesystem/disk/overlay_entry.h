// One node of an overlay's upper directory, as an entry of a layer.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_OVERLAY_ENTRY_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_OVERLAY_ENTRY_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

struct OverlayEntry {
  TreeEntry entry;  // a directory is `opaque` as overlayfs marked it
  dev_t device = 0;
  ino_t inode = 0;
  bool linked = false;     // a file of several names
  bool copied_up = false;  // overlayfs marked it as a copy of a lower layer's
};

OverlayEntry WhiteoutAt(std::string path);

// Reads `name` in the open directory `parent_fd` without opening or following
// it; `path` is its path in the layer. Nothing for a socket. Xattrs: `user.`,
// `trusted.` and `security.capability` but for overlay's own; what the host puts
// on files, such as SELinux labels, is no part of a layer. A capability bound to
// a user namespace becomes a plain one.
//
// kStore names the failed call; kInternal when overlayfs left a redirect or
// metadata without content, which cooper's mount options rule out.
Result<std::optional<OverlayEntry>> ReadOverlayEntry(int parent_fd, const std::string& name,
                                                     const std::string& path);

// The same of a node that no overlayfs wrote: what looks like a mark of one is none, and
// a character device 0:0 is a device.
Result<std::optional<OverlayEntry>> ReadPlainEntry(int parent_fd, const std::string& name,
                                                   const std::string& path);

// The directory `root_fd` itself, as the entry of a layer's root.
Result<TreeEntry> ReadOverlayRoot(int root_fd);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_OVERLAY_ENTRY_H_
