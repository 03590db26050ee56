// /dev, /proc and /sys of a step.

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "backends/sandbox/runner/mount.h"
#include "backends/sandbox/runner/report.h"
#include "backends/sandbox/runner/root_path.h"
#include "backends/sandbox/runner/root_view.h"

namespace cooper::runner {
namespace {

constexpr unsigned kInert = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

constexpr const char* kMaskedInProc[] = {"acpi", "asound",        "kcore",
                                         "keys", "latency_stats", "sched_debug",
                                         "scsi", "timer_list",    "timer_stats"};
constexpr const char* kReadOnlyInProc[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
constexpr const char* kMaskedInSys[] = {"firmware", "devices/virtual/powercap"};

// The image's own directory for a system mount, or a new one. A link here could
// put /proc over any other directory of the root.
int SystemDirectory(int root, const char* path) {
  const int directory =
      OpenInRoot(root, path, O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  if (directory >= 0) return directory;
  if (errno != ENOENT) Fail("mount", "openat2", path);
  return OpenOrMake(root, path, NodeType::kDirectory, StubReport::kYes);
}

// `devices` is a directory that the step cannot reach, or -1 where no device can be
// made: then the outer /dev lends its own. /dev itself is mounted without devices,
// so that a step that makes one of the machine's disks cannot open it.
void AddDevice(int dev, int& devices, const char* name, unsigned minor_number,
               unsigned major_number) {
  const int file = openat(dev, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) Fail("dev", "create", name);
  close(file);
  if (devices >= 0 &&
      mknodat(devices, name, S_IFCHR | 0666, makedev(major_number, minor_number)) != 0) {
    if (errno != EPERM) Fail("dev", "mknod", name);
    close(devices);
    devices = -1;
  }
  const int source = devices >= 0 ? fcntl(devices, F_DUPFD_CLOEXEC, 0)
                                  : open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int target = openat(dev, name, O_PATH | O_CLOEXEC);
  if (source < 0 || target < 0) Fail("dev", "open", name);
  const int mount = CloneMount(source, name, /*recursive=*/false, name);
  Attach(mount, target, name);
  close(mount);
  close(target);
  close(source);
}

void MountInDev(int dev, const char* name, const char* type, const MountOption* options,
                size_t count, unsigned attributes) {
  if (mkdirat(dev, name, 0755) != 0) Fail("dev", "mkdir", name);
  const int target = openat(dev, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (target < 0) Fail("dev", "open", name);
  const int mount = NewFilesystem(type, options, count, attributes);
  Attach(mount, target, name);
  close(mount);
  close(target);
}

// Covers `name`, if it is there, with an empty directory or the null device.
void Mask(const RootView& view, int directory, const char* name) {
  const int target = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (target < 0) {
    if (errno == ENOENT || errno == EACCES) return;
    Fail("mask", "open", name);
  }
  struct stat status;
  if (fstat(target, &status) != 0) Fail("mask", "fstat", name);
  if (S_ISDIR(status.st_mode)) {
    if (mkdirat(view.scratch, "empty", 0555) != 0 && errno != EEXIST) Fail("mask", "mkdir", name);
    AttachReadOnly(CloneMount(view.scratch, "empty", false, name), target, false, name);
  } else {
    AttachReadOnly(CloneMount(view.dev, "null", false, name), target, false, name);
  }
  close(target);
}

void MakeReadOnly(int directory, const char* name) {
  const int target = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (target < 0) {
    if (errno == ENOENT) return;
    Fail("read-only", "open", name);
  }
  const int mount = CloneMount(target, "", /*recursive=*/true, name);
  AttachReadOnly(mount, target, /*recursive=*/true, name);
  close(mount);
  close(target);
}

}  // namespace

void MountDev(RootView& view, bool tty_group) {
  const int target = SystemDirectory(view.root, "/dev");
  const MountOption mode[] = {{"mode", "0755"}, {"size", "65536k"}};
  view.dev = NewFilesystem("tmpfs", mode, 2, kInert);
  Attach(view.dev, target, "/dev");
  close(target);
  if (mkdirat(view.scratch, "devices", 0700) != 0) Fail("dev", "mkdir", "devices");
  int devices = openat(view.scratch, "devices", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (devices < 0) Fail("dev", "open", "devices");

  AddDevice(view.dev, devices, "null", 3, 1);
  AddDevice(view.dev, devices, "zero", 5, 1);
  AddDevice(view.dev, devices, "full", 7, 1);
  AddDevice(view.dev, devices, "random", 8, 1);
  AddDevice(view.dev, devices, "urandom", 9, 1);
  AddDevice(view.dev, devices, "tty", 0, 5);
  if (devices >= 0) close(devices);

  const MountOption pts[] = {
      {"newinstance", nullptr}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}};
  MountInDev(view.dev, "pts", "devpts", pts, tty_group ? 4 : 3,
             MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  const MountOption shm[] = {{"mode", "1777"}, {"size", "65536k"}};
  MountInDev(view.dev, "shm", "tmpfs", shm, 2, kInert);
  MountInDev(view.dev, "mqueue", "mqueue", nullptr, 0, kInert);

  constexpr const char* kLinks[][2] = {{"pts/ptmx", "ptmx"},
                                       {"/proc/self/fd", "fd"},
                                       {"/proc/self/fd/0", "stdin"},
                                       {"/proc/self/fd/1", "stdout"},
                                       {"/proc/self/fd/2", "stderr"}};
  for (const auto& link : kLinks) {
    if (symlinkat(link[0], view.dev, link[1]) != 0) Fail("dev", "symlink", link[1]);
  }
}

void MountProc(const RootView& view, bool mask) {
  const int target = SystemDirectory(view.root, "/proc");
  int proc = TryNewFilesystem("proc", nullptr, 0, kInert);
  if (proc < 0) {
    // Refused where the outer /proc is masked; a copy keeps those masks.
    if (errno != EPERM) Fail("proc", "fsmount", "/proc");
    ReportNote("fsmount", "/proc");
    const int host = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (host < 0) Fail("proc", "open", "/proc");
    proc = CloneMount(host, "", /*recursive=*/true, "/proc");
    close(host);
  }
  struct statfs status;
  if (fstatfs(proc, &status) != 0 || status.f_type != PROC_SUPER_MAGIC) {
    errno = EINVAL;
    Fail("proc", "fstatfs", "/proc");
  }
  Attach(proc, target, "/proc");
  close(target);
  if (mask) {
    for (const char* name : kMaskedInProc) Mask(view, proc, name);
    for (const char* name : kReadOnlyInProc) MakeReadOnly(proc, name);
  }
  close(proc);
}

void MountSys(const RootView& view, bool own_network, bool mask) {
  const int target = SystemDirectory(view.root, "/sys");
  // A new one shows the network interfaces of the step's own namespace only.
  int sys = own_network ? TryNewFilesystem("sysfs", nullptr, 0, kInert) : -1;
  if (sys < 0) {
    const int host = open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (host < 0) Fail("sys", "open", "/sys");
    sys = CloneMount(host, "", /*recursive=*/true, "/sys");
    close(host);
  }
  AttachReadOnly(sys, target, /*recursive=*/true, "/sys");
  close(target);
  if (mask) {
    for (const char* name : kMaskedInSys) Mask(view, sys, name);
  }
  close(sys);
}

}  // namespace cooper::runner
