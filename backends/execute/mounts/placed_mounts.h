// What a step is lent where nothing can be mounted: put into its root as files and
// directories before it runs, and taken out again afterwards, whatever the step made of it.
//
// What differs from mounts: nothing keeps root from writing to what is read-only, and a
// tmpfs has no limit of its own. Owned by whoever runs the step; one thread. The root must
// be nobody else's meanwhile, and no process of a step may live when it is changed here.

#ifndef COOPER_BACKENDS_EXECUTE_MOUNTS_PLACED_MOUNTS_H_
#define COOPER_BACKENDS_EXECUTE_MOUNTS_PLACED_MOUNTS_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backends/filesystem/disk/protected_paths.h"
#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/sandbox.h"
#include "ir/base/result.h"

namespace cooper {

// Where mounts are put; all is borrowed for the life of a PlacedMounts.
struct PlacingRoot {
  int root_fd = -1;
  // A directory of the caller's on the same file system, for what is in the way.
  int aside_fd = -1;
  const ProtectedPaths* keep = nullptr;
  // The step's root is that of this process, which can be named by absolute paths.
  bool in_place = false;
  bool user_namespace = false;
};

class PlacedMounts {
 public:
  // Puts the mounts at their targets, which are resolved inside the root, in the order of
  // depth; links in a target are followed inside the root. What is there is moved aside, missing
  // parents are made. The source of a bind is moved into the root, and one that is in
  // `kept_sources` comes back with what the step wrote; if that is read-only, it is
  // copied. A source that two mounts show is a link at the second. kSandbox names the
  // target that cannot be had; nothing is left in the root then.
  static Result<std::unique_ptr<PlacedMounts>> Put(const PlacingRoot& root,
                                                   std::vector<SandboxMount> mounts,
                                                   const std::set<std::string>& kept_sources);
  // Takes out what was not.
  ~PlacedMounts();
  PlacedMounts(const PlacedMounts&) = delete;
  PlacedMounts& operator=(const PlacedMounts&) = delete;

  // Takes all out, secrets first, and restores what was there, with the times of the
  // directories around. Goes on after a fault and returns the first: the root is then not
  // fit to be kept.
  Status TakeOut();

 private:
  struct Placed;

  explicit PlacedMounts(const PlacingRoot& root);
  Status PutOne(const SandboxMount& mount, bool kept);
  Result<std::string> ResolveTarget(const SandboxMount& mount) const;
  Status MakeParents(const std::string& path, Placed& placed);
  Status MoveAside(int parent_fd, Placed& placed);
  Status PutBind(int parent_fd, const std::string& name, const SandboxMount& mount, bool kept,
                 Placed& placed);
  Status TakeNode(Placed& placed);
  Status Restore(Placed& placed);
  Status MoveBack(int parent_fd, const std::string& name, const Placed& placed);

  const PlacingRoot root_;
  std::vector<Placed> placed_;  // in the order of placing
  unsigned next_aside_ = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_MOUNTS_PLACED_MOUNTS_H_
