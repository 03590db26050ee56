// Writes one blob of a store: buffers, hashes, syncs, renames.

#ifndef COOPER_BACKENDS_STORE_BLOB_WRITER_H_
#define COOPER_BACKENDS_STORE_BLOB_WRITER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/store_directory.h"
#include "backends/store/directory/temporary_session.h"
#include "backends/store/store.h"
#include "ir/base/sha256.h"

namespace cooper {

class FileBlobWriter : public BlobWriter {
 public:
  // `file` is `name` in the session's directory, empty and open for writing. The
  // directory and the session are borrowed for the writer's life.
  FileBlobWriter(const StoreDirectory& directory, TemporarySession& session, std::string name,
                 ScopedFd file);
  ~FileBlobWriter() override;

  // The first fault sticks: what was written before it is never committed.
  Status Write(std::string_view bytes) override;
  // When the blob is there already it stays, unless its size shows damage.
  Result<Digest> Commit(std::optional<Digest> expected) override;
  uint64_t size_bytes() const override { return size_bytes_; }

 private:
  Status WriteOut(std::string_view bytes);
  Status Publish(const Digest& digest);
  // Remembers the fault.
  Error Fail(Error error);

  const StoreDirectory& directory_;
  TemporarySession& session_;
  std::string name_;
  ScopedFd file_;
  Sha256 hash_;
  std::string buffer_;
  uint64_t size_bytes_ = 0;
  uint64_t written_bytes_ = 0;
  uint64_t started_bytes_ = 0;  // whose way to the disk has begun
  std::optional<Error> failure_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_BLOB_WRITER_H_
