#include "backends/sandbox/runner/root_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backends/sandbox/runner/mount.h"
#include "backends/sandbox/runner/report.h"

namespace cooper::runner {
namespace {

int OpenDirectory(const char* path) {
  const int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) Fail("overlay", "open", path);
  return directory;
}

int MakeScratchDirectory(int scratch, const char* name) {
  if (mkdirat(scratch, name, 0755) != 0) Fail("scratch", "mkdir", name);
  const int directory = openat(scratch, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) Fail("scratch", "open", name);
  return directory;
}

void MountOverlay(const Request& request, int scratch) {
  // Layers are named by descriptor: a few bytes each, so that the most layers that
  // overlayfs takes fit into the page that mount options may fill, and no host
  // path shows in the step's /proc/self/mountinfo. Opened here, in the mount
  // namespace of the step, as overlayfs demands.
  char* const options = static_cast<char*>(malloc(request.lowers.size * 12 + 256));
  if (options == nullptr) Fail("overlay", "malloc", "");
  int end = sprintf(options, "lowerdir=");
  for (size_t i = 0; i < request.lowers.size; ++i) {
    end +=
        sprintf(options + end, "%s%d", i == 0 ? "" : ":", OpenDirectory(request.lowers.items[i]));
  }
  // Nothing is synced for the step (volatile): who keeps the upper directory does
  // that once. Marks of overlayfs that an image could carry are not followed.
  sprintf(options + end, ",upperdir=%d,workdir=%d,volatile,%s", OpenDirectory(request.upper),
          OpenDirectory(request.work),
          request.Has(kUserXattr) ? "userxattr" : "redirect_dir=nofollow,metacopy=off,index=off");
  close(MakeScratchDirectory(scratch, "root"));
  char target[48];
  snprintf(target, sizeof(target), "/proc/self/fd/%d/root", scratch);
  if (chdir("/proc/self/fd") != 0) Fail("overlay", "chdir", "/proc/self/fd");
  // A device of the image, or one that root makes in the step, would be the machine's
  // own; a user namespace, which has no such devices, is not always there.
  const unsigned long flags = request.Has(kInsecure) ? 0 : MS_NODEV;
  if (mount("overlay", target, "overlay", flags, options) != 0)
    Fail("overlay", "mount", request.upper);
  if (chdir("/") != 0) Fail("overlay", "chdir", "/");
}

// The directory itself, in which no device opens either.
void MountPlain(const Request& request, int scratch) {
  const int target = MakeScratchDirectory(scratch, "root");
  const int source = open(request.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (source < 0) Fail("root", "open", request.root);
  const int mount = CloneMount(source, "", /*recursive=*/false, request.root);
  AttachLimited(mount, target, request.Has(kInsecure) ? 0 : MOUNT_ATTR_NODEV, false, request.root);
  close(mount);
  close(source);
  close(target);
}

}  // namespace

RootView MountRoot(const Request& request) {
  RootView view;
  const MountOption options[] = {{"mode", "0700"}};
  view.scratch = NewFilesystem("tmpfs", options, 1, MOUNT_ATTR_NOSUID);
  const int mount_point = OpenDirectory(request.scratch);
  Attach(view.scratch, mount_point, request.scratch);
  if (request.root[0] == '\0') {
    MountOverlay(request, view.scratch);
  } else {
    MountPlain(request, view.scratch);
  }
  view.root = openat(view.scratch, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (view.root < 0) Fail("overlay", "open", "root");
  return view;
}

void EnterRoot(const RootView& view) {
  if (fchdir(view.root) != 0) Fail("enter root", "fchdir", "/");
  if (syscall(SYS_pivot_root, ".", ".") == 0) {
    if (umount2(".", MNT_DETACH) != 0) Fail("enter root", "umount2", "/");
  } else {
    // Refused by some seccomp profiles, and on the kernel's initial root.
    if (errno != EPERM && errno != EINVAL) Fail("enter root", "pivot_root", "/");
    if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0) Fail("enter root", "move", "/");
    if (chroot(".") != 0) Fail("enter root", "chroot", "/");
  }
  if (chdir("/") != 0) Fail("enter root", "chdir", "/");
}

}  // namespace cooper::runner
