// A store that changes nothing on disk, for commands that only say what a build
// would do. What it is given, such as manifests, is kept in memory. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_READ_ONLY_STORE_H_
#define COOPER_BACKENDS_STORE_READ_ONLY_STORE_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backends/store/blob_files.h"
#include "backends/store/directory/store_directory.h"
#include "backends/store/records/hint_database.h"
#include "backends/store/records/record_database.h"
#include "backends/store/snapshot_directories.h"
#include "backends/store/store.h"

namespace cooper {

class ReadOnlyStore : public Store {
 public:
  // Of one blob that is kept in memory; layers do not belong there.
  static constexpr uint64_t kMaxBlobBytes = uint64_t{64} << 20;

  static Result<std::unique_ptr<Store>> Open(const std::string& directory, SnapshotForm form);

  const std::string& directory() const override { return directory_.path; }

  Result<std::unique_ptr<BlobWriter>> NewBlob() override;
  bool HasBlob(const Digest& digest) override;
  Result<uint64_t> BlobSize(const Digest& digest) override;
  Result<std::unique_ptr<ContentReader>> OpenBlob(const Digest& digest) override;
  Result<std::string> ReadBlob(const Digest& digest, size_t max_bytes) override;

  Result<std::unique_ptr<SnapshotWriter>> NewSnapshot(const Digest& layer_id) override {
    return snapshots_.New(layer_id);
  }
  std::string SnapshotPath(const Digest& layer_id) const override {
    return snapshots_.Path(layer_id);
  }

  Result<std::optional<LayerRecord>> FindLayer(const Digest& id) override;
  Status PutLayer(const Digest&, const LayerRecord&) override { return OnlyRead(directory_.path); }
  Result<std::optional<Digest>> FindResult(const Digest& key) override;
  Status PutResult(const Digest&, const Digest&) override { return OnlyRead(directory_.path); }

  Result<std::optional<DownloadRecord>> FindDownload(const Digest& url) override;
  Status PutDownload(const Digest&, const DownloadRecord&) override {
    return OnlyRead(directory_.path);
  }

  std::optional<std::string> FindFileDigests(const Digest& context) override {
    return hints_.FindContext(context);
  }

  BuildHistory& history() override { return history_; }

  Result<CacheLease> LeaseCache(const CacheRequest&, std::stop_token) override {
    return OnlyRead(directory_.path);
  }

 private:
  class Writer;

  ReadOnlyStore(StoreDirectory directory, std::unique_ptr<RecordDatabase> records,
                SnapshotForm form)
      : directory_(std::move(directory)),
        records_(std::move(records)),
        hints_(directory_.HintsPath(), DatabaseUse::kRead),
        history_(directory_.HistoryPath(), DatabaseUse::kRead),
        blobs_(directory_, nullptr),
        snapshots_(directory_, nullptr, form) {}

  // Null when there is none; never removed again.
  const std::string* FindKept(const Digest& digest);

  StoreDirectory directory_;
  std::unique_ptr<RecordDatabase> records_;  // null: nothing is recorded
  HintDatabase hints_;
  BuildHistory history_;
  BlobFiles blobs_;
  SnapshotDirectories snapshots_;
  std::mutex mutex_;
  std::map<Digest, std::string> kept_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_READ_ONLY_STORE_H_
