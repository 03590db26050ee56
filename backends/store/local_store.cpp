#include "backends/store/local_store.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace cooper {

void DropLostParts(const BlobFiles& blobs, const SnapshotDirectories& snapshots, const Digest& id,
                   LayerRecord& record) {
  if (record.blob && blobs.Size(record.blob->digest) != record.blob->size_bytes) {
    record.blob.reset();
  }
  if (record.index && !blobs.Size(*record.index)) record.index.reset();
  if (record.snapshot && !snapshots.Has(id)) record.snapshot = false;
}

LocalStore::LocalStore(StoreDirectory directory, std::unique_ptr<RecordDatabase> records,
                       std::unique_ptr<TemporarySession> session, SnapshotForm form)
    : directory_(std::move(directory)),
      records_(std::move(records)),
      hints_(directory_.HintsPath(), DatabaseUse::kWrite),
      history_(directory_.HistoryPath(), DatabaseUse::kWrite),
      session_(std::move(session)),
      blobs_(directory_, session_.get()),
      snapshots_(directory_, session_.get(), form),
      caches_(directory_, session_.get()) {}

Result<std::unique_ptr<Store>> LocalStore::Open(const std::string& directory, SnapshotForm form) {
  COOPER_ASSIGN_OR_RETURN(StoreDirectory parts, StoreDirectory::Open(directory));
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<RecordDatabase> records,
                          RecordDatabase::Open(parts.RecordsPath()));
  TemporarySession::RemoveAbandoned(parts.temporary.get());
  COOPER_ASSIGN_OR_RETURN(
      std::unique_ptr<TemporarySession> session,
      TemporarySession::Start(parts.temporary.get(), parts.gate.get(), parts.TemporaryPath()));
  return std::unique_ptr<Store>(
      new LocalStore(std::move(parts), std::move(records), std::move(session), form));
}

LocalStore::~LocalStore() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  // What cannot be noted is pruned earlier than it might; that is all.
  (void)records_->NoteUses(session_->kept().items(),
                           std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

bool LocalStore::HasBlob(const Digest& digest) {
  return Keep(digest).ok() && blobs_.Size(digest).has_value();
}

Result<std::unique_ptr<ContentReader>> LocalStore::OpenBlob(const Digest& digest) {
  COOPER_RETURN_IF_ERROR(Keep(digest));
  return blobs_.Open(digest);
}

Result<ScopedFd> LocalStore::OpenBlobFile(const Digest& digest) {
  COOPER_RETURN_IF_ERROR(Keep(digest));
  return blobs_.OpenFile(digest);
}

Result<std::string> LocalStore::ReadBlob(const Digest& digest, size_t max_bytes) {
  COOPER_RETURN_IF_ERROR(Keep(digest));
  return blobs_.Read(digest, max_bytes);
}

Result<uint64_t> LocalStore::BlobSize(const Digest& digest) {
  COOPER_RETURN_IF_ERROR(Keep(digest));
  if (const std::optional<uint64_t> size_bytes = blobs_.Size(digest)) return *size_bytes;
  return Error(DiagnosticKind::kStore,
               fmt::format("the store `{}` has no blob `{}`; build again to make it",
                           directory_.path, digest.ToString()));
}

bool LocalStore::HasWholeBlob(const Descriptor& blob) const {
  return blobs_.Size(blob.digest) == blob.size_bytes;
}

Result<std::optional<LayerRecord>> LocalStore::FindLayer(const Digest& id) {
  COOPER_ASSIGN_OR_RETURN(std::optional<LayerRecord> record, records_->Find(id));
  if (!record) return record;
  COOPER_RETURN_IF_ERROR(Keep(id));
  if (record->blob) COOPER_RETURN_IF_ERROR(Keep(record->blob->digest));
  if (record->index) COOPER_RETURN_IF_ERROR(Keep(*record->index));
  DropLostParts(blobs_, snapshots_, id, *record);
  return record;
}

Result<std::optional<DownloadRecord>> LocalStore::FindDownload(const Digest& url) {
  COOPER_ASSIGN_OR_RETURN(std::optional<DownloadRecord> record, records_->FindDownload(url));
  if (record && !HasBlob(record->blob)) record.reset();
  return record;
}

Status LocalStore::PutLayer(const Digest& id, const LayerRecord& record) {
  const auto lost = [&](std::string_view what, const Digest& digest) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("cannot record the layer `{}`: its {} `{}` is not in the store `{}`",
                             id.ToString(), what, digest.ToString(), directory_.path));
  };
  if (record.blob && !HasWholeBlob(*record.blob)) return lost("blob", record.blob->digest);
  if (record.index && !blobs_.Size(*record.index)) return lost("index", *record.index);
  if (record.snapshot && !snapshots_.Has(id)) return lost("snapshot", id);
  return records_->Put(id, record);
}

std::optional<PieceRecord> LocalStore::ReadPiece(const Digest& key, std::span<char> out) {
  const std::optional<PlacedPiece> placed = hints_.FindPiece(key);
  if (!placed || placed->piece.size_bytes > out.size()) return std::nullopt;
  const std::span<char> bytes = out.first(static_cast<size_t>(placed->piece.size_bytes));
  if (!blobs_.ReadRange(placed->blob, placed->piece.offset, bytes)) return std::nullopt;
  if (Digest::Of({bytes.data(), bytes.size()}) != placed->piece.digest) return std::nullopt;
  return placed->piece;
}

}  // namespace cooper
