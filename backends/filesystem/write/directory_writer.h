// Writes entries into a directory on disk, in overlayfs form: the result can be
// a lower directory of an overlay mount. (Not where the directory is on an overlay mount
// itself: that takes no whiteouts, which are left out then.)
//
// Every entry is placed by descriptor inside the directory (openat2 with
// RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS on an already resolved parent), so that
// no entry and no race can reach outside it.

#ifndef COOPER_BACKENDS_FILESYSTEM_WRITE_DIRECTORY_WRITER_H_
#define COOPER_BACKENDS_FILESYSTEM_WRITE_DIRECTORY_WRITER_H_

#include <memory>
#include <string>

#include "backends/filesystem/disk/disk_node.h"
#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

struct DirectoryWriterOptions {
  // What lies below this layer. Parents that the layer does not list, and the root,
  // take their owner, mode, xattrs and time from here; entry paths are resolved through its
  // symbolic links; a hard link to a file of a lower layer copies that file.
  const FileTree* lower = nullptr;
  // In a user namespace. Overlay marks then go to "user.overlay." in place of
  // "trusted.overlay.", and what the namespace forbids is left undone: a device
  // becomes an empty file, an owner without a mapping stays ours, without set-id
  // bits. The layer's index and blob keep the truth.
  bool user_xattrs = false;
  // See NodeOptions.
  bool one_id = false;
  NodeTruthSink* truths = nullptr;
};

class DirectoryWriter : public EntrySink {
 public:
  // `root_fd` is a descriptor of an empty directory, borrowed for the object's life.
  DirectoryWriter(int root_fd, DirectoryWriterOptions options);
  ~DirectoryWriter() override;

  // Owners, modes (set-id bits too), times, xattrs, devices, whiteouts (character
  // device 0:0) and opaque marks. Whiteouts of what `lower` does not have are left
  // out, and so are overlay's own xattrs. Errors: kLayerInvalid names the entry, kStore
  // the system call. An entry that hits an earlier one of the same layer replaces it.
  Status Add(const TreeEntry& entry, ContentReader* content) override;
  // Sets the directories' times, which adding to them has changed, and takes our
  // own permissions off those that deny them. A layer without entries is complete
  // with this: a root directory like the one of `lower`.
  Status Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_WRITE_DIRECTORY_WRITER_H_
