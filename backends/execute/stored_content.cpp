#include "backends/execute/stored_content.h"

#include <fcntl.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "backends/filesystem/overlay_diff.h"
#include "backends/layer/layer_reader.h"

namespace cooper {
namespace {

// Reads the entry that its layer reader stands at, and keeps that reader alive.
class BlobFileReader : public ContentReader {
 public:
  explicit BlobFileReader(std::unique_ptr<LayerReader> layer) : layer_(std::move(layer)) {}
  Result<size_t> Read(std::span<char> buffer) override { return layer_->content().Read(buffer); }

 private:
  std::unique_ptr<LayerReader> layer_;
};

class StoredLayer : public ContentStore {
 public:
  StoredLayer(Store& store, const Digest& id) : store_(store), id_(id) {}

  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const override {
    COOPER_ASSIGN_OR_RETURN(const std::shared_ptr<const ContentStore> files, Snapshot());
    if (files != nullptr) return files->Open(entry);
    return OpenInBlob(entry);
  }

 private:
  Result<std::shared_ptr<const ContentStore>> Snapshot() const {
    const std::lock_guard lock(mutex_);
    if (snapshot_ != nullptr) return snapshot_;
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id_));
    if (!record || !record->snapshot) return std::shared_ptr<const ContentStore>();
    const std::string path = store_.SnapshotPath(id_);
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
      return ErrnoError(DiagnosticKind::kStore, "cannot open the snapshot `" + path + "`", errno);
    }
    snapshot_ = DirectoryContent(fd);
    return snapshot_;
  }

  Result<std::unique_ptr<ContentReader>> OpenInBlob(const TreeEntry& entry) const {
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id_));
    if (!record || !record->blob) {
      return Error(DiagnosticKind::kStore,
                   "the store has lost layer " + id_.ToString() + "; build once more");
    }
    COOPER_ASSIGN_OR_RETURN(auto blob, store_.OpenBlob(record->blob->digest));
    const auto compression = LayerCompression(record->blob->media_type);
    COOPER_ASSIGN_OR_RETURN(auto layer,
                            OpenLayer(std::move(blob), compression.value_or(Compression::kNone)));
    while (true) {
      COOPER_ASSIGN_OR_RETURN(const std::optional<TreeEntry> next, layer->Next());
      if (!next) break;
      if (next->path == entry.path && next->type == EntryType::kFile) {
        return std::unique_ptr<ContentReader>(std::make_unique<BlobFileReader>(std::move(layer)));
      }
    }
    return Error(DiagnosticKind::kLayerInvalid,
                 "layer " + record->blob->digest.ToString() + " has no file `" + entry.path + "`");
  }

  Store& store_;
  const Digest id_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const ContentStore> snapshot_;
};

}  // namespace

std::shared_ptr<const ContentStore> StoredContent(Store& store, const Digest& layer_id) {
  return std::make_shared<StoredLayer>(store, layer_id);
}

}  // namespace cooper
