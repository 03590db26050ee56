// A directory that shows the files of a stack of layers, and that steps change: what an
// overlay mount is elsewhere. Nothing in it is shared with the store.
//
// Owned by whoever works with it; one thread at a time.

#ifndef COOPER_BACKENDS_EXECUTE_ROOTS_WORKING_ROOT_H_
#define COOPER_BACKENDS_EXECUTE_ROOTS_WORKING_ROOT_H_

#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/execute/layers/layer_catalog.h"
#include "backends/filesystem/diff/tree_scan.h"
#include "backends/filesystem/disk/protected_paths.h"
#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/sandbox.h"
#include "backends/store/store.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

class WorkingRoot {
 public:
  // An empty one in the store's temporary directory, gone with the object.
  static Result<std::unique_ptr<WorkingRoot>> Make(Store& store);
  // The directory `path` itself, `/` for a build in place, whatever is in it now: it is
  // emptied before it shows layers, and again when they are others. `keep` and what is
  // mounted there stay. kSandbox when another build has it, until which ends.
  static Result<std::unique_ptr<WorkingRoot>> InPlace(const std::string& path, ProtectedPaths keep);
  ~WorkingRoot();
  WorkingRoot(const WorkingRoot&) = delete;
  WorkingRoot& operator=(const WorkingRoot&) = delete;

  // Brings it to the layers of `chain`, bottom first, and applies only those that it does
  // not show yet. kInterrupted after a stop. After an error its content is unknown. What
  // could not be placed because of `keep` is told in `log`, once.
  Status Show(LayerCatalog& catalog, const std::vector<Digest>& chain, LogSink& log,
              const std::stop_token& stop);
  // Whether Show has to do nothing more than to add layers.
  bool IsBelow(const std::vector<Digest>& chain) const;
  size_t depth() const { return chain_ ? chain_->size() : 0; }

  // What a step left there is the layer `id` over those that it showed; `scan` is of now.
  void Advance(const Digest& id, TreeScan scan);
  // Nobody knows what is in it now.
  void Spoil() { chain_.reset(); }
  bool spoiled() const { return !chain_; }
  bool in_place() const { return directory_ == nullptr; }

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }
  const ProtectedPaths& keep() const { return keep_; }
  // An empty directory on the same file system that no step sees as a part of the root.
  int aside_fd() const { return aside_.get(); }
  // Of what Show brought about.
  const TreeScan& scan() const { return scan_; }

 private:
  WorkingRoot(std::string path, ProtectedPaths keep)
      : path_(std::move(path)), keep_(std::move(keep)) {}
  // Names that a step gave to one file get files of their own, as MergeWriter makes them.
  Status Unlink(const std::vector<std::string>& names, const NodeOptions& options);
  Status Apply(LayerCatalog& catalog, const Digest& id, const FileTree& lower, LogSink& log,
               const std::stop_token& stop);

  const std::string path_;
  ProtectedPaths keep_;
  std::unique_ptr<SnapshotWriter> directory_;  // never committed; none in place
  ScopedFd fd_;
  ScopedFd aside_;
  std::optional<std::vector<Digest>> chain_;
  TreeScan scan_;
  std::set<std::string> told_;  // paths that the log has
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_ROOTS_WORKING_ROOT_H_
