#include "backends/execute/roots/working_roots.h"

#include <unistd.h>

#include <climits>
#include <fstream>
#include <iterator>
#include <string>

namespace cooper {
namespace {

ProtectedPaths PlacesToKeep(const InPlaceRoot& in_place, const std::string& store) {
  ProtectedPaths keep;
  for (const std::string& path : in_place.keep) keep.Add(path);
  // What follows are places in the root that this process has.
  if (in_place.path != "/") return keep;
  std::ifstream mounts("/proc/self/mountinfo");
  const std::string mountinfo(std::istreambuf_iterator<char>(mounts), {});
  keep.AddMountPoints(mountinfo);
  // Also where they are no mount points, as in a change of root.
  for (const char* path : {"/proc", "/sys", "/dev"}) keep.Add(path);
  char program[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", program, sizeof(program));
  if (size > 0) keep.Add({program, static_cast<size_t>(size)});
  keep.Add(store);
  return keep;
}

}  // namespace

RootLease::~RootLease() {
  if (root_ == nullptr) return;
  if (!kept_) root_->Spoil();
  roots_->GiveBack(std::move(root_));
}

Result<RootLease> WorkingRoots::Take(RootForm form, const std::vector<Digest>& chain, LogSink& log,
                                     std::stop_token stop) {
  const bool in_place = form == RootForm::kInPlace;
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<WorkingRoot> root,
                          in_place ? TakeInPlace(stop) : TakePlain(chain));
  RootLease lease(*this, std::move(root));
  COOPER_RETURN_IF_ERROR(lease->Show(catalog_, chain, log, stop));
  return lease;
}

Result<std::unique_ptr<WorkingRoot>> WorkingRoots::TakePlain(const std::vector<Digest>& chain) {
  {
    const std::lock_guard lock(mutex_);
    auto best = idle_.end();
    for (auto root = idle_.begin(); root != idle_.end(); ++root) {
      if (!(*root)->IsBelow(chain)) continue;
      if (best == idle_.end() || (*best)->depth() < (*root)->depth()) best = root;
    }
    if (best != idle_.end()) {
      std::unique_ptr<WorkingRoot> root = std::move(*best);
      idle_.erase(best);
      return root;
    }
  }
  return WorkingRoot::Make(catalog_.store());
}

Result<std::unique_ptr<WorkingRoot>> WorkingRoots::TakeInPlace(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!has_the_root_) {
    COOPER_ASSIGN_OR_RETURN(
        the_root_, WorkingRoot::InPlace(in_place_.path,
                                        PlacesToKeep(in_place_, catalog_.store().directory())));
    has_the_root_ = true;
  }
  if (!changed_.wait(lock, stop, [this] { return the_root_ != nullptr; })) {
    return Error(DiagnosticKind::kInterrupted, "the step was stopped");
  }
  return std::move(the_root_);
}

void WorkingRoots::GiveBack(std::unique_ptr<WorkingRoot> root) {
  std::unique_ptr<WorkingRoot> dropped;  // removed without the lock
  const std::lock_guard lock(mutex_);
  if (root->in_place()) {
    the_root_ = std::move(root);
    changed_.notify_one();
    return;
  }
  if (root->spoiled()) {
    dropped = std::move(root);
    return;
  }
  idle_.push_back(std::move(root));
  if (idle_.size() <= kMaxIdle) return;
  dropped = std::move(idle_.front());
  idle_.pop_front();
}

}  // namespace cooper
