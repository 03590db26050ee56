#include "backends/store/read_only_store.h"

#include <fmt/format.h>

#include <utility>

#include "backends/filesystem/tree/string_reader.h"
#include "backends/store/local_store.h"

namespace cooper {

class ReadOnlyStore::Writer : public BlobWriter {
 public:
  explicit Writer(ReadOnlyStore& store) : store_(store) {}

  Status Write(std::string_view bytes) override {
    if (bytes.size() > kMaxBlobBytes - bytes_.size()) {
      return Error(DiagnosticKind::kLimitExceeded,
                   fmt::format("a blob of more than {} bytes, the limit of what is kept in memory",
                               kMaxBlobBytes));
    }
    bytes_ += bytes;
    return Ok();
  }

  Result<Digest> Commit(std::optional<Digest> expected) override {
    const Digest digest = Digest::Of(bytes_);
    if (expected && digest != *expected) {
      return Error(DiagnosticKind::kImageInvalid,
                   fmt::format("a blob has the digest `{}` instead of `{}`", digest.ToString(),
                               expected->ToString()));
    }
    const std::lock_guard lock(store_.mutex_);
    store_.kept_.try_emplace(digest, std::move(bytes_));
    return digest;
  }

  uint64_t size_bytes() const override { return bytes_.size(); }

 private:
  ReadOnlyStore& store_;
  std::string bytes_;
};

Result<std::unique_ptr<Store>> ReadOnlyStore::Open(const std::string& directory,
                                                   SnapshotForm form) {
  COOPER_ASSIGN_OR_RETURN(StoreDirectory parts, StoreDirectory::OpenToRead(directory));
  std::unique_ptr<RecordDatabase> records;
  if (parts.root.ok()) {
    COOPER_ASSIGN_OR_RETURN(records, RecordDatabase::OpenToRead(parts.RecordsPath()));
  }
  return std::unique_ptr<Store>(new ReadOnlyStore(std::move(parts), std::move(records), form));
}

const std::string* ReadOnlyStore::FindKept(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(digest);
  return found == kept_.end() ? nullptr : &found->second;
}

Result<std::unique_ptr<BlobWriter>> ReadOnlyStore::NewBlob() {
  return std::unique_ptr<BlobWriter>(std::make_unique<Writer>(*this));
}

bool ReadOnlyStore::HasBlob(const Digest& digest) {
  return FindKept(digest) != nullptr || blobs_.Size(digest).has_value();
}

Result<uint64_t> ReadOnlyStore::BlobSize(const Digest& digest) {
  if (const std::string* const kept = FindKept(digest)) return uint64_t{kept->size()};
  if (const std::optional<uint64_t> size_bytes = blobs_.Size(digest)) return *size_bytes;
  return Error(DiagnosticKind::kStore,
               fmt::format("the store `{}` has no blob `{}`; build to make it", directory_.path,
                           digest.ToString()));
}

Result<std::unique_ptr<ContentReader>> ReadOnlyStore::OpenBlob(const Digest& digest) {
  if (const std::string* const kept = FindKept(digest)) {
    return std::unique_ptr<ContentReader>(std::make_unique<StringReader>(*kept));
  }
  return blobs_.Open(digest);
}

Result<std::string> ReadOnlyStore::ReadBlob(const Digest& digest, size_t max_bytes) {
  const std::string* const kept = FindKept(digest);
  if (kept == nullptr) return blobs_.Read(digest, max_bytes);
  if (kept->size() <= max_bytes) return *kept;
  return Error(DiagnosticKind::kLimitExceeded,
               fmt::format("the blob `{}` has {} bytes; the limit is {}", digest.ToString(),
                           kept->size(), max_bytes));
}

Result<std::optional<LayerRecord>> ReadOnlyStore::FindLayer(const Digest& id) {
  if (records_ == nullptr) return std::optional<LayerRecord>();
  COOPER_ASSIGN_OR_RETURN(std::optional<LayerRecord> record, records_->Find(id));
  if (record) DropLostParts(blobs_, snapshots_, id, *record);
  return record;
}

Result<std::optional<Digest>> ReadOnlyStore::FindResult(const Digest& key) {
  if (records_ == nullptr) return std::optional<Digest>();
  return records_->FindResult(key);
}

Result<std::optional<DownloadRecord>> ReadOnlyStore::FindDownload(const Digest& url) {
  if (records_ == nullptr) return std::optional<DownloadRecord>();
  COOPER_ASSIGN_OR_RETURN(std::optional<DownloadRecord> record, records_->FindDownload(url));
  if (record && !HasBlob(record->blob)) record.reset();
  return record;
}

}  // namespace cooper
