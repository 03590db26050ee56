#include "backends/execute/roots/plain_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "backends/execute/roots/stubs.h"
#include "backends/filesystem/diff/scan_diff.h"
#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/diff/tree_scan.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/directory_content.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/write/directory_writer.h"

namespace cooper {
namespace {

class PlainFiles : public StepFiles {
 public:
  PlainFiles(LayerCatalog& catalog, FileTree lower, const Digest& layer_id, RootLease root,
             TreeEntry root_before)
      : catalog_(catalog),
        lower_(std::move(lower)),
        layer_id_(layer_id),
        root_(std::move(root)),
        root_before_(std::move(root_before)) {}

  std::variant<OverlayRoot, PlainRoot> root() const override { return PlainRoot{root_->path()}; }
  const WorkingRoot* working_root() const override { return root_.operator->(); }

  Result<LayerIndex> Keep(const RunOutcome& outcome) override {
    COOPER_RETURN_IF_ERROR(RemoveStubs(root_->fd(), outcome.stub_paths));
    COOPER_ASSIGN_OR_RETURN(TreeScan after, TreeScan::Take(root_->fd(), root_->keep()));
    if (const std::vector<std::string> sockets = after.Sockets(); !sockets.empty()) {
      // No layer holds them, so the next step must not see them either.
      COOPER_RETURN_IF_ERROR(RemoveStubs(root_->fd(), sockets));
      COOPER_ASSIGN_OR_RETURN(after, TreeScan::Take(root_->fd(), root_->keep()));
    }
    const ScanDifference difference = after.Since(root_->scan());
    COOPER_ASSIGN_OR_RETURN(LayerIndex index, ReadScanLayer(root_->fd(), difference, root_before_,
                                                            lower_, outcome.owners.get()));
    COOPER_RETURN_IF_ERROR(ForgetTimes(root_->fd(), difference, index, lower_));
    COOPER_RETURN_IF_ERROR(WriteSnapshot(index));
    root_->Advance(layer_id_, std::move(after));
    root_.Keep();
    return index;
  }

 private:
  Status WriteSnapshot(const LayerIndex& index) {
    COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<SnapshotWriter> snapshot,
                            catalog_.store().NewSnapshot(layer_id_));
    ScopedFd content = OpenBeneath(root_->fd(), "", O_RDONLY | O_DIRECTORY);
    if (!content.ok()) {
      return ErrnoError(DiagnosticKind::kStore, "cannot read the step's root", errno);
    }
    DirectoryWriter files(snapshot->root_fd(), catalog_.WriterOptions(&lower_));
    COOPER_RETURN_IF_ERROR(SendLayer(index, *DirectoryContent(content.Release()), files));
    COOPER_RETURN_IF_ERROR(files.Finish());
    return snapshot->Commit();
  }

  LayerCatalog& catalog_;
  const FileTree lower_;
  const Digest layer_id_;
  RootLease root_;
  const TreeEntry root_before_;
};

}  // namespace

Result<std::unique_ptr<StepFiles>> OpenPlainFiles(LayerCatalog& catalog, WorkingRoots& roots,
                                                  VertexId base, const Digest& layer_id,
                                                  RootForm form, LogSink& log,
                                                  std::stop_token stop) {
  COOPER_ASSIGN_OR_RETURN(FileTree lower, catalog.Tree(base));
  COOPER_ASSIGN_OR_RETURN(const std::vector<Digest> chain, catalog.Chain(base));
  COOPER_ASSIGN_OR_RETURN(RootLease root, roots.Take(form, chain, log, std::move(stop)));
  COOPER_ASSIGN_OR_RETURN(TreeEntry root_before, ReadOverlayRoot(root->fd()));
  root->scan().AwaitNextTick();
  return std::unique_ptr<StepFiles>(std::make_unique<PlainFiles>(
      catalog, std::move(lower), layer_id, std::move(root), std::move(root_before)));
}

}  // namespace cooper
