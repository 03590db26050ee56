#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/ops/layer_plan.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {

Status ApplyMkfile(const FileMkfileOp& op, const FileOpContext& context, EntrySink& sink) {
  LayerPlan plan(context.base);
  COOPER_ASSIGN_OR_RETURN(const std::string path,
                          plan.Resolve(CleanTreePath(op.path), /*follow_last=*/true));
  const std::optional<TreeEntry> existing = plan.Find(path);
  if (existing && existing->type == EntryType::kDirectory) {
    return Error(DiagnosticKind::kCopy, "cannot replace to directory `/" + path + "` with file");
  }
  Owner owner;
  if (!op.chown.empty()) {
    COOPER_ASSIGN_OR_RETURN(owner, LookUpOwner(context.base, op.chown));
  }
  COOPER_RETURN_IF_ERROR(plan.MakeDirectories(ParentPath(path), 0755, owner, context.now));
  PlannedEntry planned;
  planned.entry.path = path;
  planned.entry.mode = op.mode;
  planned.entry.uid = owner.uid;
  planned.entry.gid = owner.gid;
  planned.entry.size_bytes = op.data.size();
  planned.entry.mtime = context.now;
  planned.content = op.data;
  plan.Put(std::move(planned));
  return plan.Emit(sink);
}

}  // namespace cooper
