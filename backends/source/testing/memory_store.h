// A store in memory, with blobs alone, for unit tests. Not thread-safe.

#ifndef COOPER_BACKENDS_SOURCE_TESTING_MEMORY_STORE_H_
#define COOPER_BACKENDS_SOURCE_TESTING_MEMORY_STORE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/tree/string_reader.h"
#include "backends/store/store.h"

namespace cooper {

class MemoryStore : public Store {
 public:
  const std::string& directory() const override { return directory_; }

  Result<std::unique_ptr<BlobWriter>> NewBlob() override {
    return std::unique_ptr<BlobWriter>(std::make_unique<Writer>(*this));
  }
  bool HasBlob(const Digest& digest) override { return blobs_.contains(digest); }
  Result<uint64_t> BlobSize(const Digest& digest) override {
    if (!HasBlob(digest)) return Missing();
    return uint64_t{blobs_[digest].size()};
  }
  Result<std::unique_ptr<ContentReader>> OpenBlob(const Digest& digest) override {
    if (!HasBlob(digest)) return Missing();
    return std::unique_ptr<ContentReader>(std::make_unique<StringReader>(blobs_[digest]));
  }
  Result<std::string> ReadBlob(const Digest& digest, size_t max_bytes) override {
    if (!HasBlob(digest)) return Missing();
    if (blobs_[digest].size() > max_bytes)
      return Error(DiagnosticKind::kLimitExceeded, "too large");
    return blobs_[digest];
  }

  Result<std::unique_ptr<SnapshotWriter>> NewSnapshot(const Digest&) override { return Missing(); }
  std::string SnapshotPath(const Digest&) const override { return {}; }
  Result<std::optional<LayerRecord>> FindLayer(const Digest&) override {
    return std::optional<LayerRecord>();
  }
  Status PutLayer(const Digest&, const LayerRecord&) override { return Missing(); }
  Result<std::optional<Digest>> FindResult(const Digest&) override {
    return std::optional<Digest>();
  }
  Status PutResult(const Digest&, const Digest&) override { return Missing(); }
  Result<std::optional<DownloadRecord>> FindDownload(const Digest& url) override {
    const auto found = downloads_.find(url);
    if (found == downloads_.end()) return std::optional<DownloadRecord>();
    return std::optional<DownloadRecord>(found->second);
  }
  Status PutDownload(const Digest& url, const DownloadRecord& record) override {
    downloads_[url] = record;
    return Ok();
  }
  BuildHistory& history() override { return history_; }
  Result<CacheLease> LeaseCache(const CacheRequest&, std::stop_token) override { return Missing(); }

 private:
  class Writer : public BlobWriter {
   public:
    explicit Writer(MemoryStore& store) : store_(store) {}
    Status Write(std::string_view bytes) override {
      bytes_ += bytes;
      return Ok();
    }
    Result<Digest> Commit(std::optional<Digest> expected) override {
      const Digest digest = Digest::Of(bytes_);
      if (expected && digest != *expected) {
        return Error(DiagnosticKind::kImageInvalid, "another digest");
      }
      store_.blobs_[digest] = std::move(bytes_);
      return digest;
    }
    uint64_t size_bytes() const override { return bytes_.size(); }

   private:
    MemoryStore& store_;
    std::string bytes_;
  };

  static Error Missing() { return {DiagnosticKind::kStore, "not in the memory store"}; }

  std::string directory_;
  std::map<Digest, std::string> blobs_;
  std::map<Digest, DownloadRecord> downloads_;
  BuildHistory history_{"/dev/null/none", DatabaseUse::kRead};
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_TESTING_MEMORY_STORE_H_
