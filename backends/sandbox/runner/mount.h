// Mounts made from descriptors, so that no name is resolved twice. Needs the
// mount API of Linux 5.2. Every failure ends the helper with a report.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_MOUNT_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_MOUNT_H_

#include <stddef.h>

namespace cooper::runner {

// One option of a file system; a flag when value is null.
struct MountOption {
  const char* key;
  const char* value;
};

// A new file system that is not attached anywhere yet, or -1 with errno.
// `attributes` are MOUNT_ATTR_*.
int TryNewFilesystem(const char* type, const MountOption* options, size_t count,
                     unsigned attributes);
int NewFilesystem(const char* type, const MountOption* options, size_t count, unsigned attributes);

// A copy of the mount at `path` below `directory`, not attached; with an empty
// path, of `directory` itself. `what` names it in reports.
int CloneMount(int directory, const char* path, bool recursive, const char* what);

// Puts an unattached mount on top of the file or directory `target`.
void Attach(int mount, int target, const char* what);

// Attaches a copy with `attributes` (MOUNT_ATTR_RDONLY, _NOSUID, _NODEV, _NOEXEC) on
// top of those that the source had. `recursive` covers the mounts below it too.
void AttachLimited(int mount, int target, unsigned attributes, bool recursive, const char* what);

// Attaches a copy that cannot be written through.
void AttachReadOnly(int mount, int target, bool recursive, const char* what);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_MOUNT_H_
