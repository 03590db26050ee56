// The mounts that a step asks for.

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "backends/sandbox/runner/mount.h"
#include "backends/sandbox/runner/report.h"
#include "backends/sandbox/runner/root_path.h"
#include "backends/sandbox/runner/root_view.h"

namespace cooper::runner {
namespace {

int BindSource(const MountRequest& mount) {
  const int source = open(mount.source, O_PATH | O_CLOEXEC);
  if (source < 0) Fail("mount source", "open", mount.source);
  if (mount.subpath[0] == '\0') return source;
  const int inner = OpenInRoot(source, mount.subpath, O_PATH | O_CLOEXEC);
  if (inner < 0) Fail("mount source", "openat2", mount.subpath);
  close(source);
  return inner;
}

int ContentFile(int scratch, const MountRequest& mount, unsigned index) {
  char name[24];
  snprintf(name, sizeof(name), "file%u", index);
  const int file = openat(scratch, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) Fail("mount source", "create", mount.target);
  for (size_t at = 0; at < mount.content_size;) {
    const ssize_t written = write(file, mount.content + at, mount.content_size - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) Fail("mount source", "write", mount.target);
    at += static_cast<size_t>(written);
  }
  if (fchown(file, mount.uid, mount.gid) != 0) Fail("mount source", "fchown", mount.target);
  if (fchmod(file, mount.mode) != 0) Fail("mount source", "fchmod", mount.target);
  return file;
}

int NewTmpfs(const MountRequest& mount) {
  char mode[16];
  char size[32];
  snprintf(mode, sizeof(mode), "%o", mount.mode);
  snprintf(size, sizeof(size), "%llu", static_cast<unsigned long long>(mount.size_bytes));
  const MountOption options[] = {{"mode", mode}, {"size", size}};
  return NewFilesystem("tmpfs", options, mount.size_bytes == 0 ? 1 : 2, MOUNT_ATTR_NOSUID);
}

// What the mount must not lend to the step. A step that makes one of the machine's
// disks in a directory of ours cannot open it, just as in its root.
unsigned Limits(const MountRequest& mount, bool devices) {
  unsigned limits = devices ? 0 : MOUNT_ATTR_NODEV;
  if (mount.read_only) limits |= MOUNT_ATTR_RDONLY;
  if (mount.kind == MountKind::kFile) {
    limits |= MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID;
    if ((mount.mode & 0111) == 0) limits |= MOUNT_ATTR_NOEXEC;
  }
  return limits;
}

}  // namespace

void MountRequested(const RootView& view, const MountRequest& mount, unsigned index, bool devices) {
  NodeType type = NodeType::kDirectory;
  int source = -1;
  if (mount.kind == MountKind::kTmpfs) {
    source = NewTmpfs(mount);
  } else {
    const int file = mount.kind == MountKind::kFile ? ContentFile(view.scratch, mount, index)
                                                    : BindSource(mount);
    struct stat status;
    if (fstat(file, &status) != 0) Fail("mount source", "fstat", mount.source);
    if (!S_ISDIR(status.st_mode)) type = NodeType::kFile;
    source = CloneMount(file, "", /*recursive=*/mount.kind == MountKind::kBind, mount.target);
    close(file);
  }

  const int target = OpenOrMake(view.root, mount.target, type, StubReport::kYes);
  struct statfs status;
  if (fstatfs(target, &status) != 0) Fail("mount target", "fstatfs", mount.target);
  if (status.f_type == PROC_SUPER_MAGIC || status.f_type == SYSFS_MAGIC) {
    // It could undo what is masked there.
    errno = EPERM;
    Fail("mount target", "inside /proc or /sys", mount.target);
  }
  const unsigned limits = Limits(mount, devices);
  if (limits == 0) {
    Attach(source, target, mount.target);
  } else {
    AttachLimited(source, target, limits, /*recursive=*/true, mount.target);
  }
  close(source);
  close(target);
}

}  // namespace cooper::runner
