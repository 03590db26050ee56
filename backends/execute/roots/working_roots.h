// The working roots of a build. A step takes the one that needs the least work to show
// its base, and what it leaves there serves the step on top of it.
//
// Owned by the build, used from several threads; outlives the leases.

#ifndef COOPER_BACKENDS_EXECUTE_ROOTS_WORKING_ROOTS_H_
#define COOPER_BACKENDS_EXECUTE_ROOTS_WORKING_ROOTS_H_

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "backends/execute/layers/layer_catalog.h"
#include "backends/execute/roots/working_root.h"
#include "backends/sandbox/sandbox.h"
#include "ir/base/result.h"

namespace cooper {

// Where a build in place has its one root.
struct InPlaceRoot {
  std::string path = "/";
  // On top of mount points, the store, and this program: files that the build needs,
  // such as certificates of registries.
  std::vector<std::string> keep;
};

class WorkingRoots;

// A root that one step has; goes back at the end. What is in it is thrown away unless the
// step said what it is (WorkingRoot::Advance) and kept it.
class RootLease {
 public:
  RootLease(WorkingRoots& roots, std::unique_ptr<WorkingRoot> root)
      : roots_(&roots), root_(std::move(root)) {}
  RootLease(RootLease&&) = default;
  RootLease& operator=(RootLease&&) = delete;
  ~RootLease();

  WorkingRoot* operator->() const { return root_.get(); }
  void Keep() { kept_ = true; }

 private:
  WorkingRoots* roots_;
  std::unique_ptr<WorkingRoot> root_;
  bool kept_ = false;
};

class WorkingRoots {
 public:
  // Disk that is held for steps that may come.
  static constexpr size_t kMaxIdle = 4;

  // `catalog` is borrowed.
  WorkingRoots(LayerCatalog& catalog, InPlaceRoot in_place)
      : catalog_(catalog), in_place_(std::move(in_place)) {}

  // A root that shows the layers of `chain`, for kPlain or kInPlace. In place it waits until
  // no other step has the root. kInterrupted after a stop.
  Result<RootLease> Take(RootForm form, const std::vector<Digest>& chain, LogSink& log,
                         std::stop_token stop);

 private:
  friend class RootLease;
  Result<std::unique_ptr<WorkingRoot>> TakePlain(const std::vector<Digest>& chain);
  Result<std::unique_ptr<WorkingRoot>> TakeInPlace(const std::stop_token& stop);
  void GiveBack(std::unique_ptr<WorkingRoot> root);

  LayerCatalog& catalog_;
  const InPlaceRoot in_place_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<std::unique_ptr<WorkingRoot>> idle_;  // the longest idle first
  std::unique_ptr<WorkingRoot> the_root_;         // in place, while no step has it
  bool has_the_root_ = false;                     // it was opened
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_ROOTS_WORKING_ROOTS_H_
