#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/ops/tree_copier.h"

namespace cooper {

Status ApplyCopy(const FileCopyOp& op, const FileTree& source, const FileOpContext& context,
                 EntrySink& sink) {
  COOPER_ASSIGN_OR_RETURN(CopyRules rules, CopyRules::From(context.base, context.now, op.chown,
                                                           op.chmod, op.keep_owner, op.exclude));
  // `--link` builds on nothing: links of the base are not followed, and every
  // parent becomes a directory of the layer.
  // The base may have these parents too, and its own modes for them: a mode that
  // is meant for the files would close `/tmp` to everyone.
  rules.chmod_parents = !op.link;
  const FileTree nothing;
  LayerPlan plan(op.link ? nothing : context.base);
  TreeCopier copier(plan, source, rules);
  for (const std::string& from : op.from) {
    if (op.parents) {
      COOPER_RETURN_IF_ERROR(copier.CopyWithParents(from, op.to));
      continue;
    }
    COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ExpandSource(source, from));
    for (const std::string& path : paths) COOPER_RETURN_IF_ERROR(copier.Copy(path, op.to));
  }
  return plan.Emit(sink);
}

}  // namespace cooper
