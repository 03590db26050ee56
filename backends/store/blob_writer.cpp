#include "backends/store/blob_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace cooper {
namespace {

constexpr size_t kBufferBytes = 256 << 10;
// Writing to the disk starts this often, so that the sync at the end is short.
constexpr uint64_t kWritebackBytes = 16 << 20;

std::string WriteAction(const StoreDirectory& directory) {
  return fmt::format("cannot write a blob to the store `{}`", directory.path);
}

}  // namespace

FileBlobWriter::FileBlobWriter(const StoreDirectory& directory, TemporarySession& session,
                               std::string name, ScopedFd file)
    : directory_(directory), session_(session), name_(std::move(name)), file_(std::move(file)) {}

FileBlobWriter::~FileBlobWriter() {
  if (!name_.empty()) unlinkat(session_.fd(), name_.c_str(), 0);
}

Error FileBlobWriter::Fail(Error error) {
  failure_ = error;
  return error;
}

Status FileBlobWriter::WriteOut(std::string_view bytes) {
  if (const int error = WriteFully(file_.get(), bytes); error != 0) {
    return Fail(StoreError(WriteAction(directory_), error));
  }
  written_bytes_ += bytes.size();
  if (written_bytes_ - started_bytes_ >= kWritebackBytes) {
    // A hint alone: faults come back from fsync.
    sync_file_range(file_.get(), static_cast<off_t>(started_bytes_),
                    static_cast<off_t>(written_bytes_ - started_bytes_), SYNC_FILE_RANGE_WRITE);
    started_bytes_ = written_bytes_;
  }
  return Ok();
}

Status FileBlobWriter::Write(std::string_view bytes) {
  if (failure_) return *failure_;
  hash_.Update(bytes);
  size_bytes_ += bytes.size();
  if (buffer_.size() + bytes.size() < kBufferBytes) {
    buffer_.append(bytes);
    return Ok();
  }
  COOPER_RETURN_IF_ERROR(WriteOut(buffer_));
  buffer_.clear();
  if (bytes.size() >= kBufferBytes) return WriteOut(bytes);
  buffer_.append(bytes);
  return Ok();
}

Status FileBlobWriter::Publish(const Digest& digest) {
  const std::string hex = digest.Hex();
  if (Status kept = session_.kept().Keep(digest); !kept.ok()) return Fail(kept.error());
  struct stat status{};
  const bool present =
      fstatat(directory_.blobs.get(), hex.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISREG(status.st_mode) && static_cast<uint64_t>(status.st_size) == size_bytes_;
  int error = 0;
  if (!present) {
    error = SyncFile(file_.get());
    if (error == 0 &&
        renameat(session_.fd(), name_.c_str(), directory_.blobs.get(), hex.c_str()) != 0) {
      error = errno;
    }
    if (error == 0) name_.clear();
  }
  // Also when another writer was first: it may not have come to this point yet.
  if (error == 0) error = SyncFile(directory_.blobs.get());
  if (error != 0) return Fail(StoreError(WriteAction(directory_), error));
  return Ok();
}

Result<Digest> FileBlobWriter::Commit(std::optional<Digest> expected) {
  if (failure_) return *failure_;
  COOPER_RETURN_IF_ERROR(WriteOut(buffer_));
  buffer_ = std::string();
  const Digest digest = hash_.Finish();
  if (expected && *expected != digest) {
    return Fail(Error(DiagnosticKind::kImageInvalid,
                      fmt::format("a blob of {} bytes has the digest `{}`, but `{}` was expected",
                                  size_bytes_, digest.ToString(), expected->ToString())));
  }
  COOPER_RETURN_IF_ERROR(Publish(digest));
  failure_ = Error(DiagnosticKind::kInternal, "a blob was written to after its commit");
  return digest;
}

}  // namespace cooper
