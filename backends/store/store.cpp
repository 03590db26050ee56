#include "backends/store/store.h"

#include "backends/store/local_store.h"
#include "backends/store/read_only_store.h"

namespace cooper {
namespace {

// Of a serialized index: some millions of entries.
constexpr size_t kMaxIndexBytes = 1 << 30;

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const std::string& directory, SnapshotForm form) {
  return LocalStore::Open(directory, form);
}

Result<std::unique_ptr<Store>> Store::OpenToRead(const std::string& directory, SnapshotForm form) {
  return ReadOnlyStore::Open(directory, form);
}

Result<Digest> Store::PutBlob(std::string_view bytes) {
  if (const Digest digest = Digest::Of(bytes); HasBlob(digest)) {
    COOPER_ASSIGN_OR_RETURN(const uint64_t size_bytes, BlobSize(digest));
    if (size_bytes == bytes.size()) return digest;
  }
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> writer, NewBlob());
  COOPER_RETURN_IF_ERROR(writer->Write(bytes));
  return writer->Commit(std::nullopt);
}

Result<ScopedFd> Store::OpenBlobFile(const Digest& digest) {
  return Error(DiagnosticKind::kInternal, "`" + digest.ToString() + "` is in no file");
}

Result<LayerIndex> Store::LoadIndex(const Digest& index_blob) {
  COOPER_ASSIGN_OR_RETURN(const std::string bytes, ReadBlob(index_blob, kMaxIndexBytes));
  return LayerIndex::Parse(bytes);
}

Result<Digest> Store::SaveIndex(const LayerIndex& index) { return PutBlob(index.Serialize()); }

}  // namespace cooper
