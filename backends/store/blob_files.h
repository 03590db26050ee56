// The blobs of a store: one file each in `blobs/sha256`, named by its digest.
//
// A blob is written to the session's temporary directory and hashed on the way,
// then synced and renamed, so a name always stands for whole bytes. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_BLOB_FILES_H_
#define COOPER_BACKENDS_STORE_BLOB_FILES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/store/directory/store_directory.h"
#include "backends/store/directory/temporary_session.h"
#include "backends/store/store.h"

namespace cooper {

class BlobFiles {
 public:
  // Both are borrowed for the object's life. Without a session all is only read.
  BlobFiles(const StoreDirectory& directory, TemporarySession* session)
      : directory_(directory), session_(session) {}

  // The writer borrows this object; kInternal without a session.
  Result<std::unique_ptr<BlobWriter>> New();

  // Nothing when there is no such blob.
  std::optional<uint64_t> Size(const Digest& digest) const;
  Result<std::unique_ptr<ContentReader>> Open(const Digest& digest) const;
  Result<ScopedFd> OpenFile(const Digest& digest) const;
  // The whole blob, hashed again: kLimitExceeded beyond `max_bytes`, kStore when
  // the bytes have changed since they were written.
  Result<std::string> Read(const Digest& digest, size_t max_bytes) const;

  // Fills `out` from `offset` on; false when the blob does not have so much.
  bool ReadRange(const Digest& digest, uint64_t offset, std::span<char> out) const;

  // The file names in `blobs/sha256`, sorted.
  Result<std::vector<std::string>> List() const;
  // Where the blob is or would be.
  std::string Path(const Digest& digest) const;

 private:
  Result<ScopedFd> OpenFile(const Digest& digest, uint64_t& size_bytes) const;

  const StoreDirectory& directory_;
  TemporarySession* session_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_BLOB_FILES_H_
