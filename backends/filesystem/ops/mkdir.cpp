#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/ops/layer_plan.h"

namespace cooper {

Status ApplyMkdir(const FileMkdirOp& op, const FileOpContext& context, EntrySink& sink) {
  LayerPlan plan(context.base);
  COOPER_ASSIGN_OR_RETURN(const std::string path,
                          plan.Resolve(CleanTreePath(op.path), /*follow_last=*/true));
  const std::optional<TreeEntry> existing = plan.Find(path);
  if (existing && existing->type == EntryType::kDirectory) return Ok();
  Owner owner;
  if (!op.chown.empty()) {
    COOPER_ASSIGN_OR_RETURN(owner, LookUpOwner(context.base, op.chown));
  }
  COOPER_RETURN_IF_ERROR(plan.MakeDirectories(path, op.mode, owner, context.now));
  return plan.Emit(sink);
}

}  // namespace cooper
