#include "cli/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "backends/filesystem/scoped_fd.h"

namespace cooper {
Result<std::optional<std::string>> ReadTextFile(const std::string& path, const std::string& role,
                                                size_t max_bytes) {
  const bool standard_input = path == "-";
  const ScopedFd file(standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                     : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const auto failed = [&](int error) {
    return ErrnoError(DiagnosticKind::kContext, fmt::format("cannot read {} `{}`", role, path),
                      error);
  };
  if (!file.ok()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return failed(errno);
  }
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return failed(errno);
  if (!standard_input && !S_ISREG(status.st_mode)) {
    return Error(DiagnosticKind::kContext,
                 fmt::format("{} `{}` is not a regular file", role, path));
  }
  std::string text;
  std::array<char, 64 << 10> buffer;
  while (true) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) return std::optional<std::string>(std::move(text));
    text.append(buffer.data(), static_cast<size_t>(count));
    if (text.size() > max_bytes) {
      return Error(DiagnosticKind::kLimitExceeded,
                   fmt::format("{} `{}` is larger than {} bytes", role, path, max_bytes));
    }
  }
}

}  // namespace cooper
