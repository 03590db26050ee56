#include "cli/inputs/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {
namespace {

constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

// `path` seen from `directory`, nothing when it lies outside.
std::optional<std::string> RelativeTo(const std::filesystem::path& directory,
                                      const std::filesystem::path& path) {
  const std::string relative = path.lexically_relative(directory);
  if (relative.empty() || relative == "." || relative == ".." || relative.starts_with("../")) {
    return std::nullopt;
  }
  return relative;
}

std::optional<std::string> NameBelow(const std::string& directory, const std::string& path) {
  if (directory.empty() || path == "-") return std::nullopt;
  std::error_code error;
  const std::filesystem::path root = std::filesystem::absolute(directory, error);
  const std::filesystem::path file = std::filesystem::absolute(path, error);
  // A trailing slash would count as one more, empty name.
  return RelativeTo((root / ".").lexically_normal().parent_path(), file.lexically_normal());
}

// `file` was opened, or errno says why not.
Result<std::optional<std::string>> ReadOpened(const ScopedFd& file, const std::string& path,
                                              const std::string& role, size_t max_bytes) {
  const bool standard_input = path == "-";
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

}  // namespace

Result<std::optional<std::string>> ReadTextFile(const std::string& path, const std::string& role,
                                                size_t max_bytes) {
  const ScopedFd file(path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                  : open(path.c_str(), kOpenFlags));
  return ReadOpened(file, path, role, max_bytes);
}

Result<std::optional<std::string>> ReadContextText(const std::string& directory,
                                                   const std::string& path, const std::string& role,
                                                   size_t max_bytes) {
  const std::optional<std::string> name = NameBelow(directory, path);
  const ScopedFd root(name ? open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC) : -1);
  if (!root.ok()) return ReadTextFile(path, role, max_bytes);
  ScopedFd file = OpenBeneath(root.get(), *name, kOpenFlags);
  if (!file.ok() && errno == ELOOP) {
    // A link is followed by its name, which is then opened without following any.
    std::error_code error;
    const std::filesystem::path real_root = std::filesystem::canonical(directory, error);
    const std::filesystem::path real = std::filesystem::canonical(path, error);
    if (error) return std::optional<std::string>();
    const std::optional<std::string> real_name = RelativeTo(real_root, real);
    if (!real_name) {
      return Error(DiagnosticKind::kContext,
                   fmt::format("{} `{}` is a symbolic link that leads out of the context; name "
                               "the file itself with `-f FILE`",
                               role, path));
    }
    file = OpenBeneath(root.get(), *real_name, kOpenFlags);
  }
  return ReadOpened(file, path, role, max_bytes);
}

}  // namespace cooper
