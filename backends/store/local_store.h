// The Store in a local directory. Owner: whoever called Store::Open; writers and
// readers that it hands out must go before it. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_LOCAL_STORE_H_
#define COOPER_BACKENDS_STORE_LOCAL_STORE_H_

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/store/blob_files.h"
#include "backends/store/cache_directories.h"
#include "backends/store/directory/store_directory.h"
#include "backends/store/directory/temporary_session.h"
#include "backends/store/records/hint_database.h"
#include "backends/store/records/record_database.h"
#include "backends/store/snapshot_directories.h"
#include "backends/store/store.h"

namespace cooper {

// Takes out of the record of the layer `id` what is not there any more.
void DropLostParts(const BlobFiles& blobs, const SnapshotDirectories& snapshots, const Digest& id,
                   LayerRecord& record);

// Whatever it is asked for and finds stays as long as the object lives: see KeptItems.
class LocalStore : public Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const std::string& directory, SnapshotForm form);

  const std::string& directory() const override { return directory_.path; }

  Result<std::unique_ptr<BlobWriter>> NewBlob() override { return blobs_.New(); }
  bool HasBlob(const Digest& digest) override;
  Result<uint64_t> BlobSize(const Digest& digest) override;
  Result<std::unique_ptr<ContentReader>> OpenBlob(const Digest& digest) override;
  Result<ScopedFd> OpenBlobFile(const Digest& digest) override;
  Result<std::string> ReadBlob(const Digest& digest, size_t max_bytes) override;

  Result<std::unique_ptr<SnapshotWriter>> NewSnapshot(const Digest& layer_id) override {
    return snapshots_.New(layer_id);
  }
  std::string SnapshotPath(const Digest& layer_id) const override {
    return snapshots_.Path(layer_id);
  }

  Result<std::optional<LayerRecord>> FindLayer(const Digest& id) override;
  Status PutLayer(const Digest& id, const LayerRecord& record) override;

  Result<std::optional<Digest>> FindResult(const Digest& key) override {
    return records_->FindResult(key);
  }
  Status PutResult(const Digest& key, const Digest& layer_id) override {
    return records_->PutResult(key, layer_id);
  }

  Result<std::optional<DownloadRecord>> FindDownload(const Digest& url) override;
  Status PutDownload(const Digest& url, const DownloadRecord& record) override {
    return records_->PutDownload(url, record);
  }

  std::optional<std::string> FindFileDigests(const Digest& context) override {
    return hints_.FindContext(context);
  }
  void PutFileDigests(const Digest& context, std::string_view bytes) override {
    hints_.PutContext(context, bytes);
  }
  std::optional<PieceRecord> ReadPiece(const Digest& key, std::span<char> out) override;
  void PutPieces(const Digest& blob, const std::vector<PieceRecord>& pieces) override {
    hints_.PutPieces(blob, pieces);
  }

  BuildHistory& history() override { return history_; }

  Result<CacheLease> LeaseCache(const CacheRequest& request, std::stop_token stop) override {
    return caches_.Lease(request, std::move(stop));
  }

  // Notes what it used for the prunes to come.
  ~LocalStore() override;

 private:
  LocalStore(StoreDirectory directory, std::unique_ptr<RecordDatabase> records,
             std::unique_ptr<TemporarySession> session, SnapshotForm form);
  // Whether the blob is there with its size.
  bool HasWholeBlob(const Descriptor& blob) const;
  // From now on it stays, if it is there.
  Status Keep(const Digest& item) { return session_->kept().Keep(item); }

  StoreDirectory directory_;
  std::unique_ptr<RecordDatabase> records_;
  HintDatabase hints_;
  BuildHistory history_;
  std::unique_ptr<TemporarySession> session_;
  BlobFiles blobs_;
  SnapshotDirectories snapshots_;
  CacheDirectories caches_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_LOCAL_STORE_H_
