#include "backends/filesystem/disk/directory_content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "backends/filesystem/disk/beneath.h"

namespace cooper {
namespace {

Error Failed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `/{}`", call, path), number);
}

class FdReader : public ContentReader {
 public:
  explicit FdReader(ScopedFd fd) : fd_(std::move(fd)) {}

  Result<size_t> Read(std::span<char> buffer) override {
    for (;;) {
      const ssize_t size = read(fd_.get(), buffer.data(), buffer.size());
      if (size >= 0) return static_cast<size_t>(size);
      if (errno != EINTR) return ErrnoError(DiagnosticKind::kStore, "read failed", errno);
    }
  }

 private:
  ScopedFd fd_;
};

class DirectoryStore : public ContentStore {
 public:
  explicit DirectoryStore(int root_fd) : root_(root_fd) {}

  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const override {
    return OpenContent(root_.get(), entry.path);
  }

 private:
  ScopedFd root_;
};

}  // namespace

std::shared_ptr<const ContentStore> DirectoryContent(int root_fd) {
  return std::make_shared<DirectoryStore>(root_fd);
}

Result<std::unique_ptr<ContentReader>> OpenContent(int root_fd, const std::string& path) {
  ScopedFd fd = OpenBeneath(root_fd, path, O_RDONLY | O_NONBLOCK);
  if (!fd.ok()) return Failed("open", path);
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) return Failed("stat", path);
  if (!S_ISREG(status.st_mode)) {
    return Error(DiagnosticKind::kStore, fmt::format("`/{}` is no regular file any more", path));
  }
  return ContentOf(std::move(fd));
}

std::unique_ptr<ContentReader> ContentOf(ScopedFd file) {
  return std::make_unique<FdReader>(std::move(file));
}

}  // namespace cooper
