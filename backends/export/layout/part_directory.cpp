#include "backends/export/layout/part_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/export/output_file.h"
#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr const char* kFilled = "filled";

// Open and locked, and still what `name` stands for; not ok otherwise, with errno.
ScopedFd Lock(int parent_fd, const std::string& name) {
  ScopedFd directory(openat(parent_fd, name.c_str(), kDirectoryFlags));
  if (!directory.ok() || flock(directory.get(), LOCK_EX | LOCK_NB) != 0) return ScopedFd();
  struct stat opened{};
  struct stat named{};
  if (fstat(directory.get(), &opened) != 0 ||
      fstatat(parent_fd, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
    return ScopedFd();
  }
  if (opened.st_dev == named.st_dev && opened.st_ino == named.st_ino) return directory;
  errno = ENOENT;
  return ScopedFd();
}

// Whether PartName makes such a name for `name`.
bool IsPartOf(std::string_view part, std::string_view name) {
  const std::string example = PartName(name);
  const size_t random = example.size() - std::string_view("0123456789abcdef.part").size();
  return part.size() == example.size() && part.starts_with(example.substr(0, random)) &&
         part.ends_with(".part") &&
         part.find_first_not_of("0123456789abcdef", random) == part.size() - 5;
}

}  // namespace

PartDirectory::PartDirectory(ScopedFd parent, std::string name)
    : parent_(std::move(parent)), name_(std::move(name)) {}

PartDirectory::~PartDirectory() {
  if (!part_.empty()) RemoveTree(parent_.get(), part_);
}

void PartDirectory::RemoveAbandoned() {
  std::vector<std::string> names;
  ListNames(parent_.get(), names);
  for (const std::string& part : names) {
    if (!IsPartOf(part, name_)) continue;
    const ScopedFd lock = Lock(parent_.get(), part);
    if (lock.ok()) RemoveTree(parent_.get(), part);
  }
}

int PartDirectory::MakeOuter() {
  // Another process may take it for abandoned before it is locked.
  constexpr int kAttempts = 10;
  int error = 0;
  for (int i = 0; i < kAttempts; ++i) {
    part_ = PartName(name_);
    if (mkdirat(parent_.get(), part_.c_str(), 0777) != 0) {
      error = errno;
      part_.clear();
      return error;
    }
    outer_ = Lock(parent_.get(), part_);
    if (outer_.ok()) return 0;
    error = errno;
    if (error != ENOENT && error != EWOULDBLOCK) return error;
  }
  return error;
}

int PartDirectory::Make(ScopedFd& directory) {
  RemoveAbandoned();
  if (const int error = MakeOuter(); error != 0) return error;
  if (mkdirat(outer_.get(), kFilled, 0777) != 0) return errno;
  directory = ScopedFd(openat(outer_.get(), kFilled, kDirectoryFlags));
  return directory.ok() ? 0 : errno;
}

int PartDirectory::MoveIntoPlace() {
  if (renameat(outer_.get(), kFilled, parent_.get(), name_.c_str()) != 0) return errno;
  if (unlinkat(parent_.get(), part_.c_str(), AT_REMOVEDIR) != 0) return errno;
  part_.clear();
  return SyncFile(parent_.get());
}

}  // namespace cooper
