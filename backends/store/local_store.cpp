#include "backends/store/local_store.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "ir/base/sha256.h"

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
      hints_(directory_.HintsPath(), HintDatabase::Use::kWrite),
      session_(std::move(session)),
      blobs_(directory_, session_.get()),
      snapshots_(directory_, session_.get(), form),
      caches_(directory_, session_.get()) {}

Result<std::unique_ptr<Store>> LocalStore::Open(const std::string& directory, SnapshotForm form) {
  COOPER_ASSIGN_OR_RETURN(StoreDirectory parts, StoreDirectory::Open(directory));
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<RecordDatabase> records,
                          RecordDatabase::Open(parts.RecordsPath()));
  TemporarySession::RemoveAbandoned(parts.temporary.get());
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<TemporarySession> session,
                          TemporarySession::Start(parts.temporary.get(), parts.TemporaryPath()));
  return std::unique_ptr<Store>(
      new LocalStore(std::move(parts), std::move(records), std::move(session), form));
}

Result<uint64_t> LocalStore::BlobSize(const Digest& digest) {
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
  if (record) DropLostParts(blobs_, snapshots_, id, *record);
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

void LocalStore::CheckBlob(const std::string& name, std::vector<std::string>& faults) const {
  const std::optional<Digest> digest = Digest::FromHex(name);
  if (!digest) {
    faults.push_back(fmt::format("blob `{}`: the name is not a sha256 in hex; remove it", name));
    return;
  }
  Result<std::unique_ptr<ContentReader>> reader = blobs_.Open(*digest);
  if (!reader.ok()) {
    faults.push_back(fmt::format("blob `{}`: {}", name, reader.error().message()));
    return;
  }
  Sha256 hash;
  std::vector<char> buffer(256 << 10);
  for (;;) {
    const Result<size_t> count = (*reader)->Read(buffer);
    if (!count.ok()) {
      faults.push_back(fmt::format("blob `{}`: {}", name, count.error().message()));
      return;
    }
    if (*count == 0) break;
    hash.Update({buffer.data(), *count});
  }
  if (const Digest found = hash.Finish(); found != *digest) {
    faults.push_back(
        fmt::format("blob `{}`: its bytes have the digest `{}`; remove it", name, found.Hex()));
  }
}

void LocalStore::CheckRecord(const Digest& id, const LayerRecord& record,
                             std::vector<std::string>& faults) {
  const std::string layer = fmt::format("record of layer `{}`", id.Hex());
  if (record.blob && !HasWholeBlob(*record.blob)) {
    const std::optional<uint64_t> size_bytes = blobs_.Size(record.blob->digest);
    faults.push_back(
        size_bytes
            ? fmt::format("{}: its blob `{}` has {} bytes instead of {}", layer,
                          record.blob->digest.Hex(), *size_bytes, record.blob->size_bytes)
            : fmt::format("{}: its blob `{}` is not there", layer, record.blob->digest.Hex()));
  }
  if (record.index) {
    if (const Result<LayerIndex> index = LoadIndex(*record.index); !index.ok()) {
      faults.push_back(
          fmt::format("{}: its index cannot be used: {}", layer, index.error().message()));
    }
  }
  if (record.snapshot && !snapshots_.HasAnyForm(id)) {
    faults.push_back(fmt::format("{}: its snapshot is not there", layer));
  }
}

Result<std::vector<std::string>> LocalStore::Check() {
  COOPER_ASSIGN_OR_RETURN(std::vector<std::string> faults, records_->CheckIntegrity());
  // The records first: what they name was there before them, and stays.
  COOPER_ASSIGN_OR_RETURN(const auto records, records_->All());
  COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> names, blobs_.List());
  for (const std::string& name : names) CheckBlob(name, faults);
  for (const auto& [id, record] : records) CheckRecord(id, record, faults);
  COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> cache_faults, caches_.Check());
  faults.insert(faults.end(), cache_faults.begin(), cache_faults.end());
  return faults;
}

}  // namespace cooper
