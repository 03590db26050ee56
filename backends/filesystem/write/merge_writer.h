// Applies the entries of a layer to a root on disk that already shows the layers below.
//
// Whiteouts and opaque directories remove; nothing of overlayfs is left behind. In a root
// for a step a hard link becomes a copy: what a step does to one name reaches no other one
// in an overlay, and so it does in no root, or images would differ. Every
// entry is placed by descriptor inside the root, on a path whose links were resolved in
// the layers' entries, so that no entry and no race can reach outside it.

#ifndef COOPER_BACKENDS_FILESYSTEM_WRITE_MERGE_WRITER_H_
#define COOPER_BACKENDS_FILESYSTEM_WRITE_MERGE_WRITER_H_

#include <functional>
#include <memory>
#include <string>

#include "backends/filesystem/disk/disk_node.h"
#include "backends/filesystem/disk/protected_paths.h"
#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

struct MergeWriterOptions {
  // What the root shows.
  const FileTree* lower = nullptr;
  NodeOptions nodes = {};
  // Entries there are skipped; a directory above one is neither removed nor replaced.
  const ProtectedPaths* keep = nullptr;
  // A link stays one, also to a file of a lower layer: for a root that is only looked at.
  bool hard_links = false;
  // Directories keep their owner's permissions, whatever the layers say: for somebody whom
  // they would lock out of files that are their own.
  bool open_directories = false;
  // Gets the path of each entry that was skipped; may be empty.
  std::function<void(const std::string& path)> skipped = {};
};

class MergeWriter : public EntrySink {
 public:
  // `root_fd` and all of `options` are borrowed for the object's life.
  MergeWriter(int root_fd, MergeWriterOptions options);
  ~MergeWriter() override;

  // Entries in the order of SendLayer or of a layer's blob. An entry that hits an earlier
  // one of the same layer replaces it. Errors: kLayerInvalid names the entry, kStore the
  // system call.
  Status Add(const TreeEntry& entry, ContentReader* content) override;
  // Sets the directories' times, which adding to them has changed, and takes our own
  // permissions off those that deny them.
  Status Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_WRITE_MERGE_WRITER_H_
