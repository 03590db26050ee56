#include "backends/sandbox/runner/root_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "backends/sandbox/runner/report.h"

namespace cooper::runner {
namespace {

constexpr int kDepthLimit = 128;  // path components and links on the way to one name

struct Path {
  char text[PATH_MAX];
};

// The path of `fd` seen from `root`, without a leading slash; "" for the root.
Path PathInRoot(int root, int fd) {
  char link[32];
  Path root_path;
  Path path;
  snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
  ssize_t root_size = readlink(link, root_path.text, sizeof(root_path.text) - 1);
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path.text, sizeof(path.text) - 1);
  if (root_size < 0 || size < root_size) Fail("mount target", "readlink", link);
  path.text[size] = '\0';
  if (root_size == 1) root_size = 0;  // "/" itself
  const ssize_t skip = size > root_size ? root_size + 1 : root_size;
  memmove(path.text, path.text + skip, static_cast<size_t>(size - skip) + 1);
  return path;
}

void MakeNode(int root, int parent, const char* name, NodeType type, StubReport report,
              const char* path) {
  struct stat before;
  if (fstat(parent, &before) != 0) Fail("mount target", "fstat", path);
  if (type == NodeType::kDirectory) {
    if (mkdirat(parent, name, 0755) != 0) {
      if (errno == EEXIST) return;
      Fail("mount target", "mkdir", path);
    }
  } else {
    const int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) Fail("mount target", "create", path);
    close(file);
  }
  if (report == StubReport::kNo) return;
  Path stub = PathInRoot(root, parent);
  const size_t size = strlen(stub.text);
  snprintf(stub.text + size, sizeof(stub.text) - size, "%s%s", size == 0 ? "" : "/", name);
  ReportStub(stub.text);
  // The stub is not part of the layer, and so neither is the change of this time.
  const int directory = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const struct timespec times[2] = {before.st_atim, before.st_mtim};
  if (directory < 0 || futimens(directory, times) != 0) Fail("mount target", "futimens", path);
  close(directory);
}

int OpenOrMakeAt(int root, const char* path, NodeType type, StubReport report, int depth) {
  const int found = OpenInRoot(root, path, O_PATH | O_CLOEXEC);
  if (found >= 0) return found;
  if (errno != ENOENT) Fail("mount target", "openat2", path);
  if (depth > kDepthLimit) {
    errno = ELOOP;
    Fail("mount target", "openat2", path);
  }

  Path parent_path;
  snprintf(parent_path.text, sizeof(parent_path.text), "%s", path);
  size_t size = strlen(parent_path.text);
  while (size > 0 && parent_path.text[size - 1] == '/') parent_path.text[--size] = '\0';
  char* const slash = strrchr(parent_path.text, '/');
  if (size == 0 || (slash == nullptr && strcmp(path, "..") == 0))
    Fail("mount target", "openat2", path);
  char name[NAME_MAX + 1];
  const char* const last = slash == nullptr ? parent_path.text : slash + 1;
  if (snprintf(name, sizeof(name), "%s", last) >= static_cast<int>(sizeof(name))) {
    errno = ENAMETOOLONG;
    Fail("mount target", "openat2", path);
  }
  const char* directory = "/";
  if (slash != nullptr && slash != parent_path.text) {
    *slash = '\0';
    directory = parent_path.text;
  }
  const int parent = OpenOrMakeAt(root, directory, NodeType::kDirectory, report, depth + 1);

  struct statfs status;
  if (fstatfs(parent, &status) != 0 || status.f_type == PROC_SUPER_MAGIC) {
    // Nothing can be made there, and links there name files of this process.
    errno = ENOENT;
    Fail("mount target", "openat2", path);
  }
  Path link;
  const ssize_t link_size = readlinkat(parent, name, link.text, sizeof(link.text) - 1);
  if (link_size < 0) {
    MakeNode(root, parent, name, type, report, path);
    close(parent);
    const int made = OpenInRoot(root, path, O_PATH | O_CLOEXEC);
    if (made < 0) Fail("mount target", "openat2", path);
    return made;
  }
  link.text[link_size] = '\0';
  Path target = link;
  if (link.text[0] != '/') {
    const Path base = PathInRoot(root, parent);
    if (snprintf(target.text, sizeof(target.text), "/%s/%s", base.text, link.text) >=
        static_cast<int>(sizeof(target.text))) {
      errno = ENAMETOOLONG;
      Fail("mount target", "readlink", path);
    }
  }
  close(parent);
  return OpenOrMakeAt(root, target.text, type, report, depth + 1);
}

}  // namespace

int OpenInRoot(int root, const char* path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {};
  how.flags = flags;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve;
  return static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof(how)));
}

int OpenOrMake(int root, const char* path, NodeType type, StubReport report) {
  return OpenOrMakeAt(root, path, type, report, 0);
}

}  // namespace cooper::runner
