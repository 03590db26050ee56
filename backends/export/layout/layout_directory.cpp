#include "backends/export/layout/layout_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

#include "backends/export/layout/layout_index.h"
#include "backends/store/directory/file_calls.h"
#include "ir/base/sha256.h"
#include "ir/image/manifest.h"

namespace cooper {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr size_t kMaxLayoutFileBytes = 4096;  // of `oci-layout`

// Whether nothing is there but what a killed export may have left.
bool IsEmpty(const ScopedFd& directory) {
  std::vector<std::string> names;
  return ListNames(directory.get(), names) == 0 &&
         std::all_of(names.begin(), names.end(), [](std::string_view name) {
           return name.starts_with('.') && name.ends_with(".part");
         });
}

// A regular file of at most `max_bytes`; an empty handle and errno otherwise.
ScopedFd OpenRegular(const ScopedFd& directory, const std::string& name, uint64_t max_bytes,
                     uint64_t& size_bytes) {
  ScopedFd file(
      openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file.ok()) return file;
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<uint64_t>(status.st_size) > max_bytes) {
    errno = EFBIG;
    return ScopedFd();
  }
  size_bytes = static_cast<uint64_t>(status.st_size);
  return file;
}

// The file's bytes; errno through `error`, 0 when they were read.
std::string ReadSmall(const ScopedFd& directory, const std::string& name, uint64_t max_bytes,
                      int& error) {
  uint64_t size_bytes = 0;
  const ScopedFd file = OpenRegular(directory, name, max_bytes, size_bytes);
  if (!file.ok()) {
    error = errno;
    return {};
  }
  std::string bytes(static_cast<size_t>(size_bytes), '\0');
  size_t count = 0;
  error = ReadFully(file.get(), bytes, count);
  bytes.resize(count);
  return bytes;
}

// Whether the file is there with exactly the blob's bytes.
bool HoldsBlob(const ScopedFd& directory, const Descriptor& blob) {
  uint64_t size_bytes = 0;
  const ScopedFd file = OpenRegular(directory, blob.digest.Hex(), blob.size_bytes, size_bytes);
  if (!file.ok() || size_bytes != blob.size_bytes) return false;
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  for (size_t count = 0;;) {
    if (ReadFully(file.get(), buffer, count) != 0) return false;
    if (count == 0) break;
    hash.Update({buffer.data(), count});
  }
  return hash.Finish() == blob.digest;
}

Result<ScopedFd> OpenPart(const ScopedFd& parent, const char* name, const std::string& shown) {
  const std::string action = fmt::format("cannot write `{}/{}`", shown, name);
  if (mkdirat(parent.get(), name, 0777) != 0 && errno != EEXIST) return OutputError(action, errno);
  ScopedFd part(openat(parent.get(), name, kDirectoryFlags));
  if (!part.ok()) return OutputError(action, errno);
  return part;
}

}  // namespace

Result<LayoutDirectory> LayoutDirectory::Open(ScopedFd directory, std::string shown) {
  LayoutDirectory layout;
  layout.root_ = std::move(directory);
  layout.shown_ = std::move(shown);
  int error = 0;
  const std::string marker = ReadSmall(layout.root_, "oci-layout", kMaxLayoutFileBytes, error);
  if (error == ENOENT) {
    if (!IsEmpty(layout.root_)) {
      return Error(DiagnosticKind::kOutput,
                   fmt::format("`{}` is neither an OCI layout nor empty; choose another directory",
                               layout.shown_));
    }
    // First, so that a crash leaves a layout without images.
    COOPER_RETURN_IF_ERROR(layout.WriteFile("oci-layout", kOciLayoutJson));
  } else if (error != 0) {
    return OutputError(fmt::format("cannot read `{}/oci-layout`", layout.shown_), error);
  } else {
    COOPER_RETURN_IF_ERROR(CheckLayoutVersion(marker, layout.shown_));
  }
  COOPER_ASSIGN_OR_RETURN(const ScopedFd all, OpenPart(layout.root_, "blobs", layout.shown_));
  COOPER_ASSIGN_OR_RETURN(layout.blobs_, OpenPart(all, "sha256", layout.shown_ + "/blobs"));
  return layout;
}

Result<std::unique_ptr<OutputFile>> LayoutDirectory::NewFile(const ScopedFd& directory,
                                                             const std::string& name) const {
  const std::string shown = fmt::format("`{}` of the layout `{}`", name, shown_);
  ScopedFd copy(fcntl(directory.get(), F_DUPFD_CLOEXEC, 3));
  if (!copy.ok()) return OutputError(fmt::format("cannot write {}", shown), errno);
  return OutputFile::OpenAt(std::move(copy), name, shown);
}

Status LayoutDirectory::WriteFile(const std::string& name, std::string_view bytes) const {
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file, NewFile(root_, name));
  COOPER_RETURN_IF_ERROR(file->Write(bytes));
  return file->Commit();
}

Status LayoutDirectory::AddBlob(const Descriptor& blob,
                                const std::function<Status(const BytesOutput&)>& send) {
  if (HoldsBlob(blobs_, blob)) return Ok();
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                          NewFile(blobs_, blob.digest.Hex()));
  COOPER_RETURN_IF_ERROR(send([&file](std::string_view bytes) { return file->Write(bytes); }));
  return file->Commit();
}

Status LayoutDirectory::AddToIndex(const std::vector<Descriptor>& images) {
  // Reading and replacing must not mix with another process doing the same. The
  // lock goes with the descriptor.
  const std::string action = fmt::format("cannot write `{}/index.json`", shown_);
  const ScopedFd lock(openat(root_.get(), ".", kDirectoryFlags));
  while (flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return OutputError(action, errno);
  }
  int error = 0;
  const std::string before = ReadSmall(root_, "index.json", kMaxManifestBytes, error);
  if (error != 0 && error != ENOENT) {
    return OutputError(fmt::format("cannot read `{}/index.json`", shown_), error);
  }
  std::optional<std::string> existing;
  if (error == 0) existing = before;
  Result<std::string> merged = MergeIntoIndex(existing, images);
  if (!merged.ok()) {
    return Error(DiagnosticKind::kOutput,
                 fmt::format("`{}/index.json` cannot be added to: {}; choose another directory",
                             shown_, merged.error().message()));
  }
  return WriteFile("index.json", *merged);
}

}  // namespace cooper
