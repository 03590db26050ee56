#include "backends/execute/roots/overlay_files.h"

#include <string>
#include <utility>
#include <vector>

#include "backends/execute/roots/stubs.h"
#include "backends/filesystem/diff/overlay_diff.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/write/directory_writer.h"

namespace cooper {
namespace {

class OverlayFiles : public StepFiles {
 public:
  OverlayFiles(FileTree lower, std::vector<std::string> lower_dirs,
               std::unique_ptr<SnapshotWriter> snapshot, TreeEntry root_before)
      : lower_(std::move(lower)),
        lower_dirs_(std::move(lower_dirs)),
        snapshot_(std::move(snapshot)),
        root_before_(std::move(root_before)) {}

  std::variant<OverlayRoot, PlainRoot> root() const override {
    return OverlayRoot{lower_dirs_, snapshot_->path(), snapshot_->work_path()};
  }

  Result<LayerIndex> Keep(const RunOutcome& outcome) override {
    COOPER_RETURN_IF_ERROR(RemoveStubs(snapshot_->root_fd(), outcome.stub_paths));
    COOPER_ASSIGN_OR_RETURN(LayerIndex index,
                            ReadOverlayLayer(snapshot_->root_fd(), root_before_, lower_,
                                             outcome.stub_paths, outcome.owners.get()));
    COOPER_RETURN_IF_ERROR(snapshot_->Commit());
    return index;
  }

 private:
  const FileTree lower_;
  const std::vector<std::string> lower_dirs_;
  const std::unique_ptr<SnapshotWriter> snapshot_;
  const TreeEntry root_before_;
};

}  // namespace

Result<std::unique_ptr<StepFiles>> OpenOverlayFiles(LayerCatalog& catalog, VertexId base,
                                                    const Digest& layer_id) {
  COOPER_ASSIGN_OR_RETURN(std::vector<std::string> lower_dirs, catalog.Snapshots(base));
  COOPER_ASSIGN_OR_RETURN(FileTree lower, catalog.Tree(base));
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<SnapshotWriter> snapshot,
                          catalog.store().NewSnapshot(layer_id));
  // An empty layer: the step sees the root directory of this one, not of its base.
  DirectoryWriter files(snapshot->root_fd(), catalog.WriterOptions(&lower));
  COOPER_RETURN_IF_ERROR(files.Finish());
  COOPER_ASSIGN_OR_RETURN(TreeEntry root_before, ReadOverlayRoot(snapshot->root_fd()));
  return std::unique_ptr<StepFiles>(std::make_unique<OverlayFiles>(
      std::move(lower), std::move(lower_dirs), std::move(snapshot), std::move(root_before)));
}

}  // namespace cooper
