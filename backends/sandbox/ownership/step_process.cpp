#include "backends/sandbox/ownership/step_process.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

namespace cooper {
namespace {

constexpr size_t kPageBytes = 4096;  // reading up to a smaller boundary does no harm

ScopedFd OpenScoped(int from, const std::string& path, bool follow, uint64_t resolve) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
  how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
  for (int tries = 0; tries < 100; ++tries) {
    const long fd = syscall(SYS_openat2, from, path.c_str(), &how, sizeof(how));
    if (fd >= 0) return ScopedFd(static_cast<int>(fd));
    // A rename elsewhere raced with the check of `..`.
    if (errno != EAGAIN && errno != EINTR) break;
  }
  return {};
}

// "/dev/stdout" and the like, which are links of /proc that lead elsewhere from here.
std::optional<int> DescriptorNamedBy(std::string_view path) {
  constexpr std::array<std::string_view, 3> kStandard = {"/dev/stdin", "/dev/stdout",
                                                         "/dev/stderr"};
  for (size_t i = 0; i < kStandard.size(); ++i) {
    if (path == kStandard[i]) return static_cast<int>(i);
  }
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(prefix)) continue;
    path.remove_prefix(prefix.size());
    int fd = -1;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), fd);
    if (error == std::errc() && end == path.data() + path.size() && fd >= 0) return fd;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> PathOfDescriptor(int fd) {
  std::array<char, PATH_MAX> target;
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  if (size <= 0 || target[0] != '/' || static_cast<size_t>(size) == target.size()) {
    return std::nullopt;
  }
  return std::string(target.data() + 1, static_cast<size_t>(size) - 1);
}

bool StepProcess::Read(uint64_t address, void* to, size_t size) const {
  const iovec local = {to, size};
  const iovec remote = {reinterpret_cast<void*>(address), size};
  return process_vm_readv(thread_, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

bool StepProcess::Write(uint64_t address, const void* from, size_t size) const {
  const iovec local = {const_cast<void*>(from), size};
  const iovec remote = {reinterpret_cast<void*>(address), size};
  return process_vm_writev(thread_, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(size);
}

std::optional<std::string> StepProcess::ReadPath(uint64_t address) const {
  std::string path;
  std::array<char, kPageBytes> buffer;
  while (path.size() < PATH_MAX) {
    // Not over the end of a page: the next one may not be there.
    const size_t size = kPageBytes - address % kPageBytes;
    if (!Read(address, buffer.data(), size)) return std::nullopt;
    const size_t length = strnlen(buffer.data(), size);
    path.append(buffer.data(), length);
    if (length < size) break;
    address += size;
  }
  if (path.size() >= PATH_MAX) return std::nullopt;
  return path;
}

std::string StepProcess::ProcPath(const std::string& name) const {
  return "/proc/" + std::to_string(thread_) + "/" + name;
}

ScopedFd StepProcess::OpenFile(int fd) const {
  if (fd < 0) return {};
  return ScopedFd(open(ProcPath("fd/" + std::to_string(fd)).c_str(), O_PATH | O_CLOEXEC));
}

ScopedFd StepProcess::OpenBase(int fd) const {
  if (fd != AT_FDCWD) return OpenFile(fd);
  return ScopedFd(open(ProcPath("cwd").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

ScopedFd StepProcess::Open(int fd, const std::string& path, bool follow) const {
  if (path.empty()) return {};
  if (follow) {
    if (const std::optional<int> named = DescriptorNamedBy(path)) return OpenFile(*named);
  }
  std::string from_root = path;
  std::string base_path;
  if (path.front() != '/') {
    const ScopedFd base = OpenBase(fd);
    if (!base.ok()) return {};
    // Nearly always there is neither `..` nor an absolute link on the way.
    ScopedFd found = OpenScoped(base.get(), path, follow, RESOLVE_BENEATH);
    if (found.ok() || errno != EXDEV) return found;
    const std::optional<std::string> known = PathOfDescriptor(base.get());
    if (!known) return {};
    base_path = *known;
  }
  ScopedFd changed_root;
  if (root_fd_ < 0) {
    changed_root = ScopedFd(open(ProcPath("root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!changed_root.ok()) return {};
  }
  const int root = root_fd_ < 0 ? changed_root.get() : root_fd_;
  if (path.front() != '/') {
    const std::optional<std::string> root_path = PathOfDescriptor(root);
    if (!root_path || !base_path.starts_with(*root_path)) return {};
    from_root = "/" + base_path.substr(root_path->size()) + "/" + path;
  }
  return OpenScoped(root, from_root, follow, RESOLVE_IN_ROOT);
}

std::optional<NewName> StepProcess::OpenParent(int fd, const std::string& path) const {
  std::string_view rest = path;
  while (rest.size() > 1 && rest.back() == '/') rest.remove_suffix(1);
  const size_t slash = rest.rfind('/');
  NewName place;
  place.name = rest.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (place.name.empty() || place.name == "." || place.name == "..") return std::nullopt;
  const std::string parent = slash == std::string_view::npos ? "."
                             : slash == 0                    ? "/"
                                                             : path.substr(0, slash);
  place.directory = Open(fd, parent, /*follow=*/true);
  if (!place.directory.ok()) return std::nullopt;
  return place;
}

uint32_t StepProcess::Umask() const {
  std::ifstream status(ProcPath("status"));
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("Umask:")) continue;
    const size_t digits = line.find_first_of("01234567");
    uint32_t mask = 0;
    if (digits != std::string::npos) {
      std::from_chars(line.data() + digits, line.data() + line.size(), mask, 8);
    }
    return mask & 0777;
  }
  return 022;
}

std::optional<FileIds> StepProcess::NewFileIds() const {
  // "Uid:" and "Gid:" have the real, effective, saved and file system's id (proc(5)).
  std::ifstream status(ProcPath("status"));
  FileIds ids;
  int found = 0;
  for (std::string line; std::getline(status, line);) {
    const bool uid = line.starts_with("Uid:");
    if (!uid && !line.starts_with("Gid:")) continue;
    std::istringstream words(line.substr(4));
    uint32_t number = 0;
    for (int i = 0; i < 4; ++i) words >> number;
    if (!words) return std::nullopt;
    (uid ? ids.uid : ids.gid) = number;
    ++found;
  }
  return found == 2 ? std::optional(ids) : std::nullopt;
}

}  // namespace cooper
