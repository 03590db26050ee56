#include "backends/filesystem/disk/context_content.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace cooper {
namespace {

Error Changed(const std::string& path) {
  return {DiagnosticKind::kContext, "`" + path +
                                        "` changed while the context was read; build again when "
                                        "nothing writes to it"};
}

class FileReader : public ContentReader {
 public:
  FileReader(ScopedFd file, const TreeEntry& entry)
      : file_(std::move(file)), path_(entry.path), rest_bytes_(entry.size_bytes) {}

  Result<size_t> Read(std::span<char> buffer) override {
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

 private:
  ScopedFd file_;
  std::string path_;
  uint64_t rest_bytes_;
};

}  // namespace

Result<std::unique_ptr<ContentReader>> ContextContent::Open(const TreeEntry& entry) const {
  ScopedFd file = OpenBeneath(root_.get(), entry.path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.ok()) {
    if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR || errno == ENXIO) {
      return Changed(entry.path);
    }
    return ErrnoError(DiagnosticKind::kContext, "cannot open `" + entry.path + "` of the context",
                      errno);
  }
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) {
    return ErrnoError(DiagnosticKind::kContext, "cannot stat `" + entry.path + "` of the context",
                      errno);
  }
  if (!S_ISREG(status.st_mode) || static_cast<uint64_t>(status.st_size) != entry.size_bytes) {
    return Changed(entry.path);
  }
  return std::unique_ptr<ContentReader>(std::make_unique<FileReader>(std::move(file), entry));
}

}  // namespace cooper
