// The entries of a layer's blob as they lie over the layers below it.
//
// A layer may say `lib/x` where `lib` is a link to `usr/lib`, in a lower layer or in
// itself, and means `usr/lib/x`. Owned by whoever reads the layer; one thread.

#ifndef COOPER_BACKENDS_LAYER_LAYER_ENTRIES_H_
#define COOPER_BACKENDS_LAYER_LAYER_ENTRIES_H_

#include <memory>
#include <optional>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/write_resolver.h"
#include "backends/layer/layer_reader.h"
#include "ir/image/media_type.h"

namespace cooper {

class LayerEntries : public EntrySource {
 public:
  // As OpenLayer.
  static Result<std::unique_ptr<LayerEntries>> Open(std::unique_ptr<ContentReader> blob,
                                                    Compression compression, FileTree lower,
                                                    const ArchiveLimits& limits = {});

  // Paths, and the targets of hard links, are resolved. kLayerInvalid for a hard link
  // whose target is not there or is a directory.
  Result<std::optional<TreeEntry>> Next() override;
  ContentReader& content() override { return layer_->content(); }
  // As LayerReader::DiffId.
  Result<Digest> DiffId() { return layer_->DiffId(); }

 private:
  LayerEntries(std::unique_ptr<LayerReader> layer, FileTree lower)
      : layer_(std::move(layer)), lower_(std::move(lower)), resolver_(&lower_) {}
  Status ResolveHardLink(TreeEntry& entry, TreeEntry& file);

  std::unique_ptr<LayerReader> layer_;
  const FileTree lower_;
  WriteResolver resolver_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_LAYER_ENTRIES_H_
