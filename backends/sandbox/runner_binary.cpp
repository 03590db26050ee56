#include "backends/sandbox/runner_binary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

namespace cooper {
namespace {

#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x10;  // Linux 6.3
#endif

std::vector<std::string> Candidates() {
  if (const char* const named = getenv("COOPER_RUNNER"); named != nullptr && *named != '\0') {
    return {named};
  }
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const std::filesystem::path directory = self.parent_path();
  return {directory / "cooper-runner",
          (directory / "../libexec/cooper/cooper-runner").lexically_normal()};
}

// Not open when the system does not execute such memory.
ScopedFd SealedCopy(int source) {
  struct stat status;
  if (fstat(source, &status) != 0) return {};
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  ScopedFd copy(memfd_create("cooper-runner", kFlags | MFD_EXEC));
  if (!copy.ok() && errno == EINVAL) copy = ScopedFd(memfd_create("cooper-runner", kFlags));
  if (!copy.ok()) return {};
  for (off_t left = status.st_size; left > 0;) {
    const ssize_t sent = sendfile(copy.get(), source, nullptr, static_cast<size_t>(left));
    if (sent <= 0) return {};
    left -= sent;
  }
  // Out of the way of the numbers that a started helper gives to its own files.
  copy = ScopedFd(fcntl(copy.get(), F_DUPFD_CLOEXEC, 10));
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0) return {};
  const std::string path = fmt::format("/proc/self/fd/{}", copy.get());
  if (access(path.c_str(), X_OK) != 0) return {};
  return copy;
}

}  // namespace

Result<RunnerBinary> OpenRunnerBinary() {
  const std::vector<std::string> candidates = Candidates();
  for (const std::string& candidate : candidates) {
    ScopedFd file(open(candidate.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.ok()) continue;
    ScopedFd copy = SealedCopy(file.get());
    if (!copy.ok()) return RunnerBinary{std::move(file), candidate};
    std::string path = fmt::format("/proc/self/fd/{}", copy.get());
    return RunnerBinary{std::move(copy), std::move(path)};
  }
  std::string looked;
  for (const std::string& candidate : candidates) {
    looked += fmt::format("{}`{}`", looked.empty() ? "" : " and ", candidate);
  }
  return Error(DiagnosticKind::kSandbox,
               fmt::format("the RUN helper `cooper-runner` was not found, looked for {}; install "
                           "it beside cooper or name it in COOPER_RUNNER",
                           looked));
}

}  // namespace cooper
