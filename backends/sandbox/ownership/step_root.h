// The root of a step with one id, as it truly is.
//
// Owner: the recorder of the step, whose one thread uses it.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_STEP_ROOT_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_STEP_ROOT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "backends/filesystem/disk/owner_records.h"
#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {

// A file that a process of the step has named.
struct StepFile {
  NodeStatus seen;  // as the step's root shows it
  NodeTruth truth;
  bool in_root = false;             // and not in another mount
  std::optional<std::string> path;  // in the root, if it still has one there
  std::optional<NodeKey> in_upper;  // what the layer of the step has of it
  bool directory() const { return S_ISDIR(seen.mode); }
};

class StepRoot {
 public:
  // `upper_fd`: where changes of the root are on disk. `records` are borrowed and filled.
  StepRoot(ScopedFd upper_fd, OwnerRecords& records, OwnerRecords::LowerLookUp lower)
      : upper_(std::move(upper_fd)), records_(records), lower_(std::move(lower)) {}

  // The root of the step, before anything in it runs.
  void SetRoot(ScopedFd root);
  // The mount at this path of the root belongs to `owner`, and so do files in it that are
  // older than the step.
  void AddMount(const std::string& path, const FileOwner& owner);

  int root_fd() const { return root_.get(); }

  // `fd` is O_PATH. Nothing when the kernel does not tell.
  std::optional<StepFile> Look(int fd) const;

  // The functions below return 0 or the errno for the caller of the system call.

  // Makes `truth` hold for the file, which a change of its owner is about to change or has.
  int Record(int fd, const NodeTruth& truth);
  // Makes the file keep its owner where it will have another name.
  int Pin(int fd);
  // The same for what is in a directory, before it begins or ceases to lend its group, or
  // lends another one.
  int PinChildren(const StepFile& directory);

 private:
  NodeTruth TruthInUpper(const std::string& path, const NodeStatus& status) const;
  std::optional<FileOwner> LentBy(const std::string& directory) const;
  NodeTruth TruthInMount(const NodeStatus& seen) const;

  ScopedFd root_;
  const ScopedFd upper_;
  OwnerRecords& records_;
  const OwnerRecords::LowerLookUp lower_;
  uint64_t root_mount_ = 0;
  std::map<uint64_t, FileOwner> mounts_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_STEP_ROOT_H_
