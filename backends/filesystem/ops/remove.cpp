#include "backends/filesystem/ops/file_ops.h"

namespace cooper {

Status ApplyRemove(const FileRemoveOp& op, const FileOpContext& context, EntrySink& sink) {
  COOPER_ASSIGN_OR_RETURN(const std::string path,
                          context.base.Resolve(CleanTreePath(op.path), /*follow_last=*/false));
  if (path.empty()) return Error(DiagnosticKind::kCopy, "cannot remove the root directory");
  if (!context.base.Find(path)) {
    if (op.allow_missing) return Ok();
    return Error(DiagnosticKind::kMissingSource,
                 "cannot remove `/" + path + "`: it does not exist");
  }
  TreeEntry whiteout;
  whiteout.path = path;
  whiteout.type = EntryType::kWhiteout;
  return sink.Add(whiteout, nullptr);
}

}  // namespace cooper
