// The files of layers that the store has, wherever they are: in a snapshot, or else
// in the layer's blob.

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_STORED_CONTENT_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_STORED_CONTENT_H_

#include <memory>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/layer/layer_reader.h"
#include "backends/store/store.h"
#include "ir/base/digest.h"

namespace cooper {

// A file in a blob is found by reading up to it. What reads the files of a layer in
// their order reads the blob once: a few scans wait where they stopped. Owned by a
// build; may be used from several threads.
class StoredContents {
 public:
  // `store` is borrowed, also by what Of gives. `limits`: on blobs that are read.
  explicit StoredContents(Store& store, const ArchiveLimits& limits = {});
  ~StoredContents();
  StoredContents(const StoredContents&) = delete;
  StoredContents& operator=(const StoredContents&) = delete;

  // The files of a layer whose entries are those of LayerEntries over `lower`. May
  // outlive this object; its scans do not wait then.
  std::shared_ptr<const ContentStore> Of(const Digest& layer_id, FileTree lower);

 private:
  struct State;
  Store& store_;
  const ArchiveLimits limits_;
  std::shared_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_STORED_CONTENT_H_
