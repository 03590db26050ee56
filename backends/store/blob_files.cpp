#include "backends/store/blob_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "backends/store/blob_writer.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

class BlobReader : public ContentReader {
 public:
  BlobReader(ScopedFd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<size_t> Read(std::span<char> buffer) override {
    size_t count = 0;
    if (const int error = ReadFully(file_.get(), buffer, count); error != 0) {
      return StoreError(fmt::format("cannot read the blob `{}`", path_), error);
    }
    return count;
  }

 private:
  ScopedFd file_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<BlobWriter>> BlobFiles::New() {
  if (session_ == nullptr) return OnlyRead(directory_.path);
  std::string name = session_->NextName("blob");
  ScopedFd file(openat(session_->fd(), name.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.ok()) {
    return StoreError(fmt::format("cannot write a blob to the store `{}`", directory_.path), errno);
  }
  return std::unique_ptr<BlobWriter>(
      std::make_unique<FileBlobWriter>(directory_, *session_, std::move(name), std::move(file)));
}

std::optional<uint64_t> BlobFiles::Size(const Digest& digest) const {
  struct stat status{};
  if (fstatat(directory_.blobs.get(), digest.Hex().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(status.st_size);
}

Result<ScopedFd> BlobFiles::OpenFile(const Digest& digest, uint64_t& size_bytes) const {
  // O_NONBLOCK: a fifo in the place of a blob must not stop us.
  ScopedFd file(openat(directory_.blobs.get(), digest.Hex().c_str(),
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) {
    if (errno == ENOENT) {
      return Error(DiagnosticKind::kStore,
                   fmt::format("the store `{}` has no blob `{}`; build again to make it",
                               directory_.path, digest.ToString()));
    }
    return StoreError(fmt::format("cannot open the blob `{}`", Path(digest)), errno);
  }
  struct stat status{};
  if (fstat(file.get(), &status) != 0) {
    return StoreError(fmt::format("cannot open the blob `{}`", Path(digest)), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("the blob `{}` is not a regular file; remove it", Path(digest)));
  }
  size_bytes = static_cast<uint64_t>(status.st_size);
  return file;
}

Result<ScopedFd> BlobFiles::OpenFile(const Digest& digest) const {
  uint64_t size_bytes = 0;
  return OpenFile(digest, size_bytes);
}

Result<std::unique_ptr<ContentReader>> BlobFiles::Open(const Digest& digest) const {
  uint64_t size_bytes = 0;
  COOPER_ASSIGN_OR_RETURN(ScopedFd file, OpenFile(digest, size_bytes));
  return std::unique_ptr<ContentReader>(
      std::make_unique<BlobReader>(std::move(file), Path(digest)));
}

Result<std::string> BlobFiles::Read(const Digest& digest, size_t max_bytes) const {
  uint64_t size_bytes = 0;
  COOPER_ASSIGN_OR_RETURN(const ScopedFd file, OpenFile(digest, size_bytes));
  if (size_bytes > max_bytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("the blob `{}` has {} bytes; the limit is {}", digest.ToString(),
                             size_bytes, max_bytes));
  }
  std::string bytes(static_cast<size_t>(size_bytes), '\0');
  size_t count = 0;
  if (const int error = ReadFully(file.get(), bytes, count); error != 0) {
    return StoreError(fmt::format("cannot read the blob `{}`", Path(digest)), error);
  }
  bytes.resize(count);
  if (const Digest found = Digest::Of(bytes); found != digest) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("the blob `{}` is damaged: its bytes have the digest `{}`; remove it "
                             "and build again",
                             Path(digest), found.ToString()));
  }
  return bytes;
}

bool BlobFiles::ReadRange(const Digest& digest, uint64_t offset, std::span<char> out) const {
  uint64_t size_bytes = 0;
  const Result<ScopedFd> file = OpenFile(digest, size_bytes);
  if (!file.ok() || offset > size_bytes || out.size() > size_bytes - offset) return false;
  while (!out.empty()) {
    const ssize_t count = pread(file->get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    out = out.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return true;
}

Result<std::vector<std::string>> BlobFiles::List() const {
  std::vector<std::string> names;
  if (const int error = ListNames(directory_.blobs.get(), names); error != 0) {
    return StoreError(fmt::format("cannot list the blobs of the store `{}`", directory_.path),
                      error);
  }
  return names;
}

std::string BlobFiles::Path(const Digest& digest) const {
  return fmt::format("{}/blobs/sha256/{}", directory_.path, digest.Hex());
}

}  // namespace cooper
