#include "backends/sandbox/runner/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backends/sandbox/runner/report.h"

namespace cooper::runner {

int TryNewFilesystem(const char* type, const MountOption* options, size_t count,
                     unsigned attributes) {
  const int context = fsopen(type, FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  int result = 0;
  for (size_t i = 0; i < count && result == 0; ++i) {
    const auto command = options[i].value == nullptr ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    result = fsconfig(context, command, options[i].key, options[i].value, 0);
  }
  if (result == 0) result = fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  const int mount = result == 0 ? fsmount(context, FSMOUNT_CLOEXEC, attributes) : -1;
  const int error = errno;
  close(context);
  errno = error;
  return mount;
}

int NewFilesystem(const char* type, const MountOption* options, size_t count, unsigned attributes) {
  const int mount = TryNewFilesystem(type, options, count, attributes);
  if (mount < 0) Fail("mount", "fsmount", type);
  return mount;
}

int CloneMount(int directory, const char* path, bool recursive, const char* what) {
  const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW |
                         (recursive ? AT_RECURSIVE : 0);
  const int mount = open_tree(directory, path, flags);
  if (mount < 0) Fail("mount", "open_tree", what);
  return mount;
}

void Attach(int mount, int target, const char* what) {
  if (move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
    Fail("mount", "move_mount", what);
  }
}

void AttachLimited(int mount, int target, unsigned attributes, bool recursive, const char* what) {
  struct mount_attr change = {};
  change.attr_set = attributes;
  const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  if (mount_setattr(mount, "", flags, &change, sizeof(change)) == 0) {
    Attach(mount, target, what);
    return;
  }
  // Before Linux 5.12, and under seccomp profiles of that age: the old call, which
  // needs an attached mount and repeats the flags that may not be dropped.
  if (errno != ENOSYS) Fail("mount", "mount_setattr", what);
  struct statvfs status;
  if (fstatvfs(mount, &status) != 0) Fail("mount", "fstatvfs", what);
  const auto has = [&](unsigned long flag, unsigned attribute) {
    return (status.f_flag & flag) != 0 || (attributes & attribute) != 0;
  };
  unsigned long remount = MS_REMOUNT | MS_BIND;
  if (has(ST_RDONLY, MOUNT_ATTR_RDONLY)) remount |= MS_RDONLY;
  if (has(ST_NOSUID, MOUNT_ATTR_NOSUID)) remount |= MS_NOSUID;
  if (has(ST_NODEV, MOUNT_ATTR_NODEV)) remount |= MS_NODEV;
  if (has(ST_NOEXEC, MOUNT_ATTR_NOEXEC)) remount |= MS_NOEXEC;
  if (status.f_flag & ST_NOATIME) remount |= MS_NOATIME;
  if (status.f_flag & ST_RELATIME) remount |= MS_RELATIME;
  if (status.f_flag & ST_NODIRATIME) remount |= MS_NODIRATIME;
  Attach(mount, target, what);
  char path[32];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", mount);
  if (::mount(nullptr, path, nullptr, remount, nullptr) != 0) Fail("mount", "remount", what);
}

void AttachReadOnly(int mount, int target, bool recursive, const char* what) {
  AttachLimited(mount, target, MOUNT_ATTR_RDONLY, recursive, what);
}

}  // namespace cooper::runner
