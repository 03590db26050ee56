// Builds what a step sees: the overlay of its layers, /proc, /dev, /sys and its
// mounts. Runs in the step's own mount, pid and ipc namespaces.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_ROOT_VIEW_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_ROOT_VIEW_H_

#include "backends/sandbox/runner/request.h"

namespace cooper::runner {

// Descriptors of the root before it is entered.
struct RootView {
  int scratch = -1;  // a tmpfs that no path of the root leads to
  int root = -1;
  int dev = -1;
};

RootView MountRoot(const Request& request);
// `tty_group`: terminals belong to group 5, which has to be mapped.
void MountDev(RootView& view, bool tty_group);
// After MountDev: masking needs its null device.
void MountProc(const RootView& view, bool mask);
void MountSys(const RootView& view, bool own_network, bool mask);
// `index` makes names in the scratch directory unique. `devices`: those in the mount open.
void MountRequested(const RootView& view, const MountRequest& mount, unsigned index, bool devices);

// Makes the root `/` and lets go of everything outside of it.
void EnterRoot(const RootView& view);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_ROOT_VIEW_H_
