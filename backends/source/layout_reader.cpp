#include "backends/source/layout_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <utility>

#include "ir/image/json_fields.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

constexpr size_t kMaxVersionFileBytes = 4 << 10;
constexpr char kReferenceName[] = "org.opencontainers.image.ref.name";

std::string BlobPath(const Digest& digest) { return "blobs/sha256/" + digest.Hex(); }

// Reads to the end of the file, in pieces, but never more than `max_bytes`; more
// than that ends in an error of the caller's, who gets the count.
Result<uint64_t> ReadAll(int fd, uint64_t max_bytes, const std::string& path,
                         const std::function<Status(std::string_view)>& output) {
  std::array<char, 64 << 10> buffer;
  uint64_t total = 0;
  while (true) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return ErrnoError(DiagnosticKind::kImageInvalid, fmt::format("cannot read `{}`", path),
                        errno);
    }
    if (got == 0) return total;
    total += static_cast<uint64_t>(got);
    if (total > max_bytes) return total;
    COOPER_RETURN_IF_ERROR(output({buffer.data(), static_cast<size_t>(got)}));
  }
}

}  // namespace

Error LayoutReader::Invalid(std::string_view reason) const {
  return Error(DiagnosticKind::kImageInvalid,
               fmt::format("OCI layout `{}`: {}", directory_, reason));
}

Status CheckLayoutVersion(std::string_view marker) {
  COOPER_ASSIGN_OR_RETURN(const auto object,
                          ParseJsonObject(marker, kMaxVersionFileBytes, "oci-layout"));
  const std::string version = object.getString("imageLayoutVersion").value_or("").str();
  if (version.starts_with("1.")) return Ok();
  return Error(DiagnosticKind::kImageInvalid,
               fmt::format("it is of version `{}`; version 1.0.0 is supported", version));
}

Result<LayoutReader> LayoutReader::Open(const std::string& directory) {
  ScopedFd root(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.ok()) {
    return ErrnoError(DiagnosticKind::kImageNotFound,
                      fmt::format("cannot open the OCI layout `{}`", directory), errno);
  }
  LayoutReader reader(std::move(root), directory);
  COOPER_ASSIGN_OR_RETURN(const std::string marker,
                          reader.ReadFile("oci-layout", kMaxVersionFileBytes));
  if (const Status known = CheckLayoutVersion(marker); !known.ok()) {
    return reader.Invalid(known.error().message());
  }
  COOPER_ASSIGN_OR_RETURN(const std::string json, reader.ReadFile("index.json", kMaxManifestBytes));
  auto index = ParseImageIndex(json, media_type::kOciIndex);
  if (!index.ok()) return reader.Invalid("index.json: " + index.error().message());
  reader.index_ = std::move(index).value();
  return reader;
}

Result<Descriptor> LayoutReader::Find(std::string_view tag) const {
  return FindByTag(index_, tag, fmt::format("OCI layout `{}`", directory_));
}

Result<Descriptor> FindByTag(const ImageIndex& index, std::string_view tag, std::string_view what) {
  if (const std::optional<Digest> digest = Digest::Parse(tag)) {
    for (const Descriptor& manifest : index.manifests) {
      if (manifest.digest == *digest) return manifest;
    }
  }
  std::vector<const Descriptor*> found;
  std::string names;
  for (const Descriptor& manifest : index.manifests) {
    const auto name = manifest.annotations.find(kReferenceName);
    const bool named = name != manifest.annotations.end();
    if (tag.empty() || (named && name->second == tag)) found.push_back(&manifest);
    if (named) names += (names.empty() ? "`" : ", `") + name->second + "`";
  }
  if (found.size() == 1) return *found.front();
  if (!tag.empty() && found.size() > 1) {
    return Error(DiagnosticKind::kImageInvalid,
                 fmt::format("{}: {} images have the tag `{}`", what, found.size(), tag));
  }
  if (index.manifests.empty()) {
    return Error(DiagnosticKind::kImageNotFound,
                 fmt::format("{} has no image", what));
  }
  const std::string there = names.empty() ? "no tags" : names;
  return Error(
      DiagnosticKind::kImageNotFound,
      tag.empty()
          ? fmt::format("{} has {} images; name one by its tag: there is {}",
                        what, index.manifests.size(), there)
          : fmt::format("{} has no tag `{}`; there is {}", what, tag, there));
}

Result<ScopedFd> LayoutReader::OpenFile(const std::string& path, uint64_t& size_bytes) const {
  // Not blocking: a fifo would wait for a writer.
  ScopedFd file = OpenBeneath(root_.get(), path, O_RDONLY | O_NONBLOCK);
  if (!file.ok()) {
    const int fault = errno;
    if (fault == ELOOP) return Invalid(fmt::format("`{}` is reached over a symbolic link", path));
    return ErrnoError(DiagnosticKind::kImageInvalid,
                      fmt::format("OCI layout `{}`: cannot open `{}`", directory_, path), fault);
  }
  struct stat status = {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Invalid(fmt::format("`{}` is not a regular file", path));
  }
  size_bytes = static_cast<uint64_t>(status.st_size);
  return file;
}

Result<std::string> LayoutReader::ReadFile(const std::string& path, size_t max_bytes) const {
  uint64_t size_bytes = 0;
  COOPER_ASSIGN_OR_RETURN(const ScopedFd file, OpenFile(path, size_bytes));
  std::string text;
  COOPER_ASSIGN_OR_RETURN(const uint64_t total,
                          ReadAll(file.get(), max_bytes, path, [&](std::string_view bytes) {
                            text += bytes;
                            return Ok();
                          }));
  if (total > max_bytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("OCI layout `{}`: `{}` is too large; the limit is {} bytes",
                             directory_, path, max_bytes));
  }
  return text;
}

Result<std::string> LayoutReader::Read(const Descriptor& blob, size_t max_bytes) const {
  COOPER_ASSIGN_OR_RETURN(std::string text, Read(blob.digest, max_bytes));
  if (text.size() != blob.size_bytes) {
    return Invalid(fmt::format("`{}` has {} bytes instead of {}", BlobPath(blob.digest),
                               text.size(), blob.size_bytes));
  }
  return text;
}

Result<std::string> LayoutReader::Read(const Digest& digest, size_t max_bytes) const {
  COOPER_ASSIGN_OR_RETURN(std::string text, ReadFile(BlobPath(digest), max_bytes));
  const Digest actual = Digest::Of(text);
  if (actual != digest) {
    return Invalid(fmt::format("`{}` has digest `{}`", BlobPath(digest), actual.ToString()));
  }
  return text;
}

Status LayoutReader::Stream(const Descriptor& blob,
                            const std::function<Status(std::string_view)>& output) const {
  const std::string path = BlobPath(blob.digest);
  uint64_t size_bytes = 0;
  COOPER_ASSIGN_OR_RETURN(const ScopedFd file, OpenFile(path, size_bytes));
  if (size_bytes == blob.size_bytes) {
    COOPER_ASSIGN_OR_RETURN(size_bytes, ReadAll(file.get(), blob.size_bytes, path, output));
  }
  if (size_bytes == blob.size_bytes) return Ok();
  return Invalid(fmt::format("`{}` has {} bytes instead of {}", path, size_bytes, blob.size_bytes));
}

}  // namespace cooper
