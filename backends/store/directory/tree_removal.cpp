#include "backends/store/directory/tree_removal.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

// Each level holds one descriptor; what lies deeper is moved up first.
constexpr int kMaxDepth = 32;

ScopedFd OpenDirectory(int parent_fd, const char* name, uint64_t flags) {
  open_how how{};
  how.flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  return ScopedFd(static_cast<int>(syscall(SYS_openat2, parent_fd, name, &how, sizeof how)));
}

// Makes a directory ours to change. Faults show up in what is tried next.
void OpenUp(int parent_fd, const char* name) {
  const ScopedFd handle = OpenDirectory(parent_fd, name, O_PATH);
  struct stat status{};
  if (!handle.ok() || fstat(handle.get(), &status) != 0) return;
  if (status.st_uid != geteuid()) {
    (void)!fchownat(handle.get(), "", geteuid(), getegid(), AT_EMPTY_PATH);
  }
  // fchmod refuses O_PATH descriptors; the magic link leads to the same inode.
  chmod(fmt::format("/proc/self/fd/{}", handle.get()).c_str(), 0700);
}

class TreeRemoval {
 public:
  // Goes on after a fault; see first_error.
  void RemoveDirectory(int parent_fd, const char* name, int depth);
  int first_error() const { return first_error_; }

 private:
  // Whether it is gone from `directory_fd`.
  bool RemoveChild(int directory_fd, const dirent& child, int depth);
  bool MoveUp(int directory_fd, const char* name);
  void Note(int error) {
    if (first_error_ == 0) first_error_ = error;
  }

  int top_fd_ = -1;
  uint64_t moved_ = 0;
  int first_error_ = 0;
};

bool TreeRemoval::MoveUp(int directory_fd, const char* name) {
  OpenUp(directory_fd, name);  // renaming a directory changes its `..`
  for (;;) {
    const std::string place = fmt::format(".moved-{}", moved_++);
    if (renameat2(directory_fd, name, top_fd_, place.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno != EEXIST) {
      Note(errno);
      return false;
    }
  }
}

bool TreeRemoval::RemoveChild(int directory_fd, const dirent& child, int depth) {
  if (child.d_type != DT_DIR) {
    if (unlinkat(directory_fd, child.d_name, 0) == 0 || errno == ENOENT) return true;
    if (errno != EISDIR) {
      Note(errno);
      return false;
    }
  }
  if (unlinkat(directory_fd, child.d_name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
  if (depth >= kMaxDepth) return MoveUp(directory_fd, child.d_name);
  RemoveDirectory(directory_fd, child.d_name, depth + 1);
  struct stat status{};
  return fstatat(directory_fd, child.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0;
}

void TreeRemoval::RemoveDirectory(int parent_fd, const char* name, int depth) {
  ScopedFd handle = OpenDirectory(parent_fd, name, O_RDONLY);
  struct stat status{};
  if (!handle.ok() && errno == EACCES) {
    OpenUp(parent_fd, name);
    handle = OpenDirectory(parent_fd, name, O_RDONLY);
  }
  if (!handle.ok() || fstat(handle.get(), &status) != 0) return Note(errno);
  if ((status.st_mode & 0700) != 0700 || status.st_uid != geteuid()) OpenUp(parent_fd, name);

  const int fd = handle.get();
  DIR* const stream = fdopendir(fd);
  if (stream == nullptr) return Note(errno);
  handle.Release();
  if (depth == 0) top_fd_ = fd;
  // Removing while reading may skip names, and MoveUp adds some to the top.
  for (bool progress = true; progress;) {
    progress = false;
    rewinddir(stream);
    while (const dirent* const child = readdir(stream)) {
      if (std::strcmp(child->d_name, ".") == 0 || std::strcmp(child->d_name, "..") == 0) continue;
      if (RemoveChild(fd, *child, depth)) progress = true;
    }
  }
  closedir(stream);
  if (unlinkat(parent_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT) Note(errno);
}

}  // namespace

int RemoveTree(int parent_fd, const std::string& name) {
  if (unlinkat(parent_fd, name.c_str(), 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR) return errno;
  TreeRemoval removal;
  removal.RemoveDirectory(parent_fd, name.c_str(), 0);
  return removal.first_error();
}

}  // namespace cooper
