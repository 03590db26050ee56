#include "backends/source/selection.h"

#include <fmt/format.h>

#include "backends/filesystem/ops/copy_sources.h"
#include "backends/filesystem/ops/layer_plan.h"
#include "backends/filesystem/ops/tree_copier.h"
#include "backends/filesystem/tree/stoppable_sink.h"

namespace cooper {
namespace {

Status VisitPattern(const FileTree& tree, const std::string& from, bool parents,
                    const CopyRules& rules, SelectionVisitor& visitor,
                    const std::stop_token& stop) {
  StoppableSink sink(visitor, stop);
  const FileTree nothing;
  visitor.BeginPattern(from);
  if (parents) {
    LayerPlan plan(nothing);
    TreeCopier copier(plan, tree, rules);
    COOPER_RETURN_IF_ERROR(copier.CopyWithParents(from, SelectionVisitor::kTop));
    return plan.Emit(sink);
  }
  COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ExpandSource(tree, from));
  for (const std::string& path : paths) {
    COOPER_ASSIGN_OR_RETURN(const TreeEntry entry, FollowSource(tree, path));
    visitor.BeginSource(path, entry);
    LayerPlan plan(nothing);
    TreeCopier copier(plan, tree, rules);
    COOPER_RETURN_IF_ERROR(copier.Copy(path, SelectionVisitor::kTop));
    COOPER_RETURN_IF_ERROR(plan.Emit(sink));
  }
  return Ok();
}

}  // namespace

Status VisitSelection(const FileTree& tree, const Selection& selection, SelectionVisitor& visitor,
                      const std::stop_token& stop) {
  CopyRules rules;
  rules.keep_owner = true;
  COOPER_ASSIGN_OR_RETURN(rules.exclude, PatternMatcher::Compile(selection.exclude));
  for (const std::string& pattern : selection.from) {
    const Status status = VisitPattern(tree, pattern, selection.parents, rules, visitor, stop);
    if (status.ok()) continue;
    if (status.error().kind() != DiagnosticKind::kMissingSource) return status.error();
    const std::string path = CleanTreePath(pattern);
    const bool excluded = selection.is_excluded && selection.is_excluded(path);
    return Error(DiagnosticKind::kMissingSource,
                 fmt::format("`{}` is not in the build context{}", path,
                             excluded ? "; .dockerignore excludes it" : ""));
  }
  return Ok();
}

}  // namespace cooper
