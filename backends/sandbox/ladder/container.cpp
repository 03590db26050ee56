#include "backends/sandbox/ladder/container.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <initializer_list>

namespace cooper {

bool InContainer() {
  // What Docker, Podman and Kubernetes leave; containerd and CRI-O mount an overlay,
  // which no machine has as its root.
  for (const char* path :
       {"/.dockerenv", "/run/.containerenv", "/run/secrets/kubernetes.io/serviceaccount"}) {
    if (access(path, F_OK) == 0) return true;
  }
  struct statfs root;
  return statfs("/", &root) == 0 && root.f_type == OVERLAYFS_SUPER_MAGIC;
}

bool InOwnContainer() { return InContainer() && access(kOwnImageMarker, F_OK) == 0; }

}  // namespace cooper
