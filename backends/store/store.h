// The store: one private directory with blobs by digest, snapshots of layers on
// disk, and records in SQLite.
//
//   blobs/sha256/<hex>     OCI blobs: layers, configs, manifests, layer indexes
//   snapshots/<hex>/root   a layer's files in overlayfs form, never modified; in
//   snapshots/<hex>.user/root  the form for user namespaces; .single: with one id
//   caches/<key>/<n>/content  directories of cache mounts, which steps change at will
//   temporary/             what is being written; emptied of leftovers on Open
//   records.sqlite         what is known of each layer, and when it was needed last
//   prune.lock             held alone while something is removed (directory/kept_items.h)
//   hints-<version>.sqlite what makes builds faster and may be lost
//   history-<version>.sqlite  what former builds were made of, for explanations
//
// Everything becomes visible by one rename after it was written and synced, so a
// crash, a full disk or a second build on the same store never shows half of
// anything. What a function found stays as long as the Store object lives; the folder
// `upkeep` removes what nobody uses. All functions may be called from several threads and
// processes; a store must outlive the writers that it handed out.

#ifndef COOPER_BACKENDS_STORE_STORE_H_
#define COOPER_BACKENDS_STORE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/layer_index.h"
#include "backends/store/cache_lease.h"
#include "backends/store/directory/snapshot_names.h"
#include "backends/store/records/build_history.h"
#include "backends/store/records/layer_record.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/image/descriptor.h"

namespace cooper {

// A blob being written. Destroyed without Commit it leaves nothing behind.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual Status Write(std::string_view bytes) = 0;
  // Makes the blob visible. With `expected` the bytes must have that digest
  // (kImageInvalid otherwise). Returns the digest of what was written.
  virtual Result<Digest> Commit(std::optional<Digest> expected) = 0;
  virtual uint64_t size_bytes() const = 0;
};

// A directory being filled. Destroyed without Commit it is removed.
class SnapshotWriter {
 public:
  virtual ~SnapshotWriter() = default;
  virtual int root_fd() const = 0;
  virtual const std::string& path() const = 0;       // of the directory to fill
  virtual const std::string& work_path() const = 0;  // an empty directory beside it, for overlayfs
  // Makes the snapshot visible under the layer id it was started with. When
  // another build was first, that one stays and this one goes.
  virtual Status Commit() = 0;
};

class Store {
 public:
  // Makes the directory if needed, and makes it private (0700). kStore when it
  // cannot be used, belongs to another user, holds files that are not a store's,
  // or was written by a newer version. Snapshots are written in `form`, and those of
  // the other form are as if they were not there.
  static Result<std::unique_ptr<Store>> Open(const std::string& directory,
                                             SnapshotForm form = SnapshotForm::kTrusted);
  // Changes nothing on disk; where there is no store, or nothing may be written, it is
  // an empty one or one that is only read. New blobs, which are to be small, are kept in
  // memory; snapshots and records are refused (kInternal).
  static Result<std::unique_ptr<Store>> OpenToRead(const std::string& directory,
                                                   SnapshotForm form = SnapshotForm::kTrusted);
  virtual ~Store() = default;

  virtual const std::string& directory() const = 0;

  virtual Result<std::unique_ptr<BlobWriter>> NewBlob() = 0;
  virtual bool HasBlob(const Digest& digest) = 0;
  virtual Result<uint64_t> BlobSize(const Digest& digest) = 0;
  virtual Result<std::unique_ptr<ContentReader>> OpenBlob(const Digest& digest) = 0;
  // The blob as an open file, for another process. kInternal where blobs are no files.
  virtual Result<ScopedFd> OpenBlobFile(const Digest& digest);
  virtual Result<std::string> ReadBlob(const Digest& digest, size_t max_bytes) = 0;
  Result<Digest> PutBlob(std::string_view bytes);

  virtual Result<std::unique_ptr<SnapshotWriter>> NewSnapshot(const Digest& layer_id) = 0;
  // The absolute path of a committed snapshot.
  virtual std::string SnapshotPath(const Digest& layer_id) const = 0;

  // Records point only to blobs and snapshots that are there: a record whose
  // blob or snapshot was lost comes back without it.
  virtual Result<std::optional<LayerRecord>> FindLayer(const Digest& id) = 0;
  // Adds what `record` knows to what is recorded; nothing is taken away, except
  // that another diff id takes the place of the old one, its blob and its index.
  // `created` stays as first recorded while the diff id is the same.
  // kStore when `record` names a blob or a snapshot that is not there.
  virtual Status PutLayer(const Digest& id, const LayerRecord& record) = 0;

  // The layer that the newest execution of a step with the cache key `key` made.
  virtual Result<std::optional<Digest>> FindResult(const Digest& key) = 0;
  // Makes `layer_id` that layer; the older one stays under its id.
  virtual Status PutResult(const Digest& key, const Digest& layer_id) = 0;

  // Of the URL with the digest `url`: URLs themselves may hold secrets. Nothing when the
  // blob is not there any more.
  virtual Result<std::optional<DownloadRecord>> FindDownload(const Digest& url) = 0;
  // Takes the place of what was recorded.
  virtual Status PutDownload(const Digest& url, const DownloadRecord& record) = 0;

  // Hints: they make later builds faster, are limited in number, oldest lost first, and
  // are never a reason to fail. A store that cannot keep them has none.

  // What FileDigests::Serialize gave of the context that `context` names.
  virtual std::optional<std::string> FindFileDigests(const Digest& /*context*/) {
    return std::nullopt;
  }
  virtual void PutFileDigests(const Digest& /*context*/, std::string_view /*bytes*/) {}
  // Copies the piece to `out`, if a blob that is still there has it and its bytes are as
  // they were. Returns its record, with the offset that it has in that blob.
  virtual std::optional<PieceRecord> ReadPiece(const Digest& /*key*/, std::span<char> /*out*/) {
    return std::nullopt;
  }
  // What the blob is made of.
  virtual void PutPieces(const Digest& /*blob*/, const std::vector<PieceRecord>& /*pieces*/) {}

  // What former builds were made of; may be lost like hints.
  virtual BuildHistory& history() = 0;

  // Lends the directory of a cache mount. kInterrupted after a stop.
  virtual Result<CacheLease> LeaseCache(const CacheRequest& request, std::stop_token stop) = 0;

  Result<LayerIndex> LoadIndex(const Digest& index_blob);
  Result<Digest> SaveIndex(const LayerIndex& index);
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_STORE_H_
