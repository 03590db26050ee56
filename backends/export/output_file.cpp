#include "backends/export/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace cooper {
namespace {

std::string ProcPath(const ScopedFd& file) { return fmt::format("/proc/self/fd/{}", file.get()); }

}  // namespace

Error OutputError(std::string_view action, int error_number) {
  Error error = ErrnoError(DiagnosticKind::kOutput, action, error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    error.Advise("free some space or choose another destination");
  }
  return error;
}

std::string PartName(std::string_view name) {
  constexpr size_t kMaxName = 200;  // NAME_MAX is 255
  return fmt::format(".{}.{}.part", name.substr(0, kMaxName), RandomName());
}

std::string OutputFile::Action() const { return fmt::format("cannot write {}", shown_); }

Result<std::unique_ptr<OutputFile>> OutputFile::OpenAt(ScopedFd directory, std::string name,
                                                       std::string shown) {
  ScopedFd file(openat(directory.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  // Without /proc it would never get a name. Whatever the reason was, the named
  // file meets it too or does not mind it.
  if (!file.ok() || access(ProcPath(file).c_str(), F_OK) != 0) {
    return OpenNamed(std::move(directory), std::move(name), std::move(shown));
  }
  std::unique_ptr<OutputFile> output(new OutputFile(std::move(shown), std::move(file)));
  output->directory_ = std::move(directory);
  output->name_ = std::move(name);
  return output;
}

Result<std::unique_ptr<OutputFile>> OutputFile::OpenNamed(ScopedFd directory, std::string name,
                                                          std::string shown) {
  std::string part = PartName(name);
  ScopedFd file(openat(directory.get(), part.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file.ok()) return OutputError(fmt::format("cannot write {}", shown), errno);
  std::unique_ptr<OutputFile> output(new OutputFile(std::move(shown), std::move(file)));
  output->directory_ = std::move(directory);
  output->name_ = std::move(name);
  output->part_ = std::move(part);
  return output;
}

Result<std::unique_ptr<OutputFile>> OutputFile::Open(const std::string& destination) {
  const std::string shown =
      destination == "-" ? "to standard output" : fmt::format("`{}`", destination);
  struct stat status{};
  const bool present = destination != "-" && stat(destination.c_str(), &status) == 0;
  if (present && S_ISDIR(status.st_mode)) {
    return Error(DiagnosticKind::kOutput,
                 fmt::format("cannot write {}: it is a directory; name a file in it", shown));
  }
  if (destination == "-" || (present && !S_ISREG(status.st_mode))) {
    ScopedFd file(destination == "-" ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                                     : open(destination.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.ok()) return OutputError(fmt::format("cannot write {}", shown), errno);
    return std::unique_ptr<OutputFile>(new OutputFile(shown, std::move(file)));
  }

  std::error_code code;
  std::filesystem::path place(destination);
  if (present) {
    place = std::filesystem::canonical(place, code);
    if (code) return OutputError(fmt::format("cannot write {}", shown), code.value());
  }
  if (!place.has_filename()) {
    return Error(DiagnosticKind::kOutput,
                 fmt::format("cannot write {}: the path ends with a slash; name a file", shown));
  }
  const std::string parent = place.has_parent_path() ? place.parent_path().string() : ".";
  ScopedFd directory(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok()) {
    if (errno == ENOENT) {
      return Error(
          DiagnosticKind::kOutput,
          fmt::format("cannot write {}: there is no directory `{}`; make it first", shown, parent));
    }
    return OutputError(fmt::format("cannot write {}: directory `{}`", shown, parent), errno);
  }
  return OpenAt(std::move(directory), place.filename().string(), shown);
}

Status OutputFile::Check(const std::string& destination) {
  struct stat status{};
  const bool present = destination != "-" && stat(destination.c_str(), &status) == 0;
  // Who reads a pipe would see it open and end.
  const bool file = !present || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
  if (destination == "-" || !file) return Ok();
  Result<std::unique_ptr<OutputFile>> opened = Open(destination);
  if (!opened.ok()) return opened.error();
  return Ok();
}

OutputFile::~OutputFile() {
  if (!part_.empty()) unlinkat(directory_.get(), part_.c_str(), 0);
}

Status OutputFile::Write(std::string_view bytes) {
  if (const int error = WriteFully(file_.get(), bytes); error != 0) {
    return OutputError(Action(), error);
  }
  return Ok();
}

int OutputFile::Place() {
  if (part_.empty()) {
    const std::string file = ProcPath(file_);
    const auto link = [&](const std::string& name) {
      return linkat(AT_FDCWD, file.c_str(), directory_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0
                 ? 0
                 : errno;
    };
    if (const int error = link(name_); error != EEXIST) return error;
    // A link replaces nothing; a rename does. The file is whole under both names.
    std::string part = PartName(name_);
    if (const int error = link(part); error != 0) return error;
    part_ = std::move(part);
  }
  if (renameat(directory_.get(), part_.c_str(), directory_.get(), name_.c_str()) != 0) return errno;
  part_.clear();
  return 0;
}

Status OutputFile::Commit() {
  if (name_.empty()) return Ok();
  int error = SyncFile(file_.get());
  if (error == 0) error = Place();
  if (error == 0) error = SyncFile(directory_.get());
  if (error != 0) return OutputError(Action(), error);
  return Ok();
}

}  // namespace cooper
