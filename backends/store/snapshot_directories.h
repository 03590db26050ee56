// The snapshots of a store: a layer's files on disk, never modified once visible.
//
//   temporary/<session>/snapshot-<n>/root   being filled
//                                    /work  overlayfs's working directory
//   snapshots/<hex>/root                    committed, or <hex>.user/root, <hex>.single/root
//
// The directory around `root` is ours and private, so it can be renamed whatever
// owner and mode the image gives its root. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_SNAPSHOT_DIRECTORIES_H_
#define COOPER_BACKENDS_STORE_SNAPSHOT_DIRECTORIES_H_

#include <memory>
#include <string>

#include "backends/store/directory/snapshot_names.h"
#include "backends/store/directory/store_directory.h"
#include "backends/store/directory/temporary_session.h"
#include "backends/store/store.h"

namespace cooper {

class SnapshotDirectories {
 public:
  // Both are borrowed for the object's life. Without a session all is only read.
  SnapshotDirectories(const StoreDirectory& directory, TemporarySession* session, SnapshotForm form)
      : directory_(directory), session_(session), form_(form) {}

  // The writer borrows what this object borrows; kInternal without a session.
  Result<std::unique_ptr<SnapshotWriter>> New(const Digest& layer_id);
  // Whether there is one of this object's form.
  bool Has(const Digest& layer_id) const;
  bool HasAnyForm(const Digest& layer_id) const;
  // Absolute, whether or not the snapshot is there.
  std::string Path(const Digest& layer_id) const;

 private:
  std::string NameOf(const Digest& layer_id) const;

  const StoreDirectory& directory_;
  TemporarySession* session_;
  const SnapshotForm form_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_SNAPSHOT_DIRECTORIES_H_
