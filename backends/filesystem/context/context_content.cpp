#include "backends/filesystem/context/context_content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

namespace cooper {
namespace {

Error Changed(const std::string& path) {
  return {DiagnosticKind::kContext, "`" + path +
                                        "` changed while the context was read; build again when "
                                        "nothing writes to it"};
}

Result<ScopedFd> OpenUnchanged(int root_fd, const std::string& path, const FileStamp& stamp) {
  ScopedFd file = OpenBeneath(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.ok()) {
    if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR || errno == ENXIO) {
      return Changed(path);
    }
    return ErrnoError(DiagnosticKind::kContext, "cannot open `" + path + "` of the context", errno);
  }
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) {
    return ErrnoError(DiagnosticKind::kContext, "cannot stat `" + path + "` of the context", errno);
  }
  const FileStamp now = FileStamp::Of(status);
  // The inode's own time may change without the content: by one more name, for one. Its
  // number may, on network file systems.
  if (!S_ISREG(status.st_mode) || now.size_bytes != stamp.size_bytes || now.mtime != stamp.mtime) {
    return Changed(path);
  }
  return file;
}

class FileReader : public ContentReader {
 public:
  // The descriptor of the root and `digests`, which may be null, are borrowed from the
  // content store. A file whose digest is `known` is opened when it is read.
  FileReader(int root_fd, std::string path, const ContextContent::Walked& walked,
             FileDigests* digests, std::optional<Digest> known)
      : root_fd_(root_fd),
        path_(std::move(path)),
        walked_(walked),
        digests_(digests),
        known_(known),
        rest_bytes_(walked.stamp.size_bytes) {}

  Status Open() {
    COOPER_ASSIGN_OR_RETURN(file_, OpenUnchanged(root_fd_, path_, walked_.stamp));
    return Ok();
  }

  Result<size_t> Read(std::span<char> buffer) override {
    if (!file_.ok()) COOPER_RETURN_IF_ERROR(Open());
    // A file that grows is cut at the size that the walk saw.
    const size_t want = buffer.size() < rest_bytes_ ? buffer.size() : rest_bytes_;
    if (want == 0) return size_t{0};
    for (;;) {
      const ssize_t got = read(file_.get(), buffer.data(), want);
      if (got > 0) {
        rest_bytes_ -= static_cast<uint64_t>(got);
        return static_cast<size_t>(got);
      }
      if (got == 0) return Changed(path_);
      if (errno != EINTR) {
        return ErrnoError(DiagnosticKind::kContext, "cannot read `" + path_ + "` of the context",
                          errno);
      }
    }
  }

  std::optional<Digest> KnownDigest() const override { return known_; }
  void LearnDigest(const Digest& digest) override {
    if (digests_ != nullptr) digests_->Put(walked_.stamp, digest, walked_.plain);
  }

 private:
  const int root_fd_;
  ScopedFd file_;
  const std::string path_;
  const ContextContent::Walked walked_;
  FileDigests* const digests_;
  const std::optional<Digest> known_;
  uint64_t rest_bytes_;
};

}  // namespace

Result<std::unique_ptr<ContentReader>> ContextContent::Open(const TreeEntry& entry) const {
  const auto walked = files_.find(entry.path);
  if (walked == files_.end()) return Changed(entry.path);
  if (entry.size_bytes > kMaxFileBytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("`{}` of the context has {} bytes; the limit is {}; if nothing needs "
                             "it, name it in .dockerignore",
                             entry.path, entry.size_bytes, kMaxFileBytes));
  }
  std::optional<Digest> known;
  if (digests_ != nullptr) known = digests_->Find(walked->second.stamp);
  auto reader =
      std::make_unique<FileReader>(root_.get(), entry.path, walked->second, digests_.get(), known);
  if (!known) COOPER_RETURN_IF_ERROR(reader->Open());
  return std::unique_ptr<ContentReader>(std::move(reader));
}

}  // namespace cooper
