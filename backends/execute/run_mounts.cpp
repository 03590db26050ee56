#include "backends/execute/run_mounts.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "backends/filesystem/disk/directory_writer.h"
#include "backends/filesystem/ops/send_tree.h"
#include "ir/graph/enum_names.h"

namespace cooper {
namespace {

// The name of what is mounted inside its directory.
constexpr const char* kContent = "content";

Status AddBind(LayerCatalog& catalog, const Vertex& vertex, const Mount& mount, RunMounts& mounts) {
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, catalog.Tree(vertex.inputs[*mount.input].vertex));
  // Never committed: it lives in the store's temporary directory until it is dropped.
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<SnapshotWriter> directory,
                          catalog.store().NewSnapshot(Digest::Of(mount.target)));
  DirectoryWriter files(directory->root_fd(),
                        {.lower = nullptr, .user_xattrs = catalog.user_xattrs()});
  COOPER_RETURN_IF_ERROR(SendTree(tree, mount.source, kContent, files));
  COOPER_RETURN_IF_ERROR(files.Finish());
  SandboxMount bind;
  bind.kind = SandboxMount::Kind::kBind;
  bind.source = directory->path() + "/" + kContent;
  bind.target = mount.target;
  bind.read_only = mount.read_only;
  mounts.mounts.push_back(std::move(bind));
  mounts.directories.push_back(std::move(directory));
  return Ok();
}

void AddTmpfs(const Mount& mount, RunMounts& mounts) {
  SandboxMount tmpfs;
  tmpfs.kind = SandboxMount::Kind::kTmpfs;
  tmpfs.target = mount.target;
  tmpfs.size_bytes = mount.size_bytes;
  tmpfs.mode = 01777;  // as the kernel makes one
  tmpfs.read_only = mount.read_only;
  mounts.mounts.push_back(std::move(tmpfs));
}

}  // namespace

Result<RunMounts> PrepareRunMounts(LayerCatalog& catalog, const Vertex& vertex) {
  RunMounts mounts;
  for (const Mount& mount : std::get<ExecOp>(vertex.op).mounts) {
    if (mount.type == MountType::kBind && mount.input) {
      COOPER_RETURN_IF_ERROR(AddBind(catalog, vertex, mount, mounts));
    } else if (mount.type == MountType::kTmpfs) {
      AddTmpfs(mount, mounts);
    } else {
      return Error(DiagnosticKind::kUnsupported,
                   fmt::format("`RUN --mount=type={}` cannot be executed yet", NameOf(mount.type)));
    }
  }
  return mounts;
}

}  // namespace cooper
