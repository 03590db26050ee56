// SOURCE_DATE_EPOCH: a number, or the name of a source whose time it takes.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <variant>

#include "frontends/dockerfile/lower/file_lowering.h"
#include "ir/base/source_date_epoch.h"

namespace cooper {
namespace {

bool HasTime(const BuildGraph& graph, Edge edge) {
  const Op& op = graph.vertex(edge.vertex).op;
  return std::holds_alternative<SourceGitOp>(op) || std::holds_alternative<SourceHttpOp>(op);
}

// The source that is all there is in a tree: the tree itself, or what was added alone to
// nothing.
std::optional<VertexId> OnlySource(const BuildGraph& graph, Edge tree) {
  if (HasTime(graph, tree)) return tree.vertex;
  const Vertex& vertex = graph.vertex(tree.vertex);
  const bool added = std::holds_alternative<FileCopyOp>(vertex.op) ||
                     std::holds_alternative<FileUnpackOp>(vertex.op);
  if (!added || vertex.inputs.size() != 2) return std::nullopt;
  const Op& below = graph.vertex(vertex.inputs[0].vertex).op;
  const bool alone = std::holds_alternative<SourceScratchOp>(below);
  if (!alone || !HasTime(graph, vertex.inputs[1])) return std::nullopt;
  return vertex.inputs[1].vertex;
}

}  // namespace

// The build argument, else the default of an ARG before the first FROM.
void FileLowering::ReadSourceDateEpoch() {
  const std::string name(kSourceDateEpoch);
  const auto given = options_.build_args.find(name);
  const std::string text = given != options_.build_args.end()
                               ? given->second
                               : std::string(global_scope_.Get(name).value_or(""));
  if (text.empty()) return;
  source_date_epoch_ = ParseSourceDateEpoch(text);
  if (source_date_epoch_) return;
  if (text == "context") {
    diagnostics_.Report(
        Error(DiagnosticKind::kInvalidArgument,
              fmt::format("{}=`context` takes the time of the build context, and a directory has "
                          "none; give a number of seconds since 1970",
                          name)));
  } else if (options_.named_contexts.contains(text) || stages_.FindLast(text)) {
    epoch_source_ = text;
  } else {
    diagnostics_.Report(
        Error(DiagnosticKind::kInvalidArgument,
              fmt::format("{} is `{}`; it must be a number of seconds since 1970, or name a stage "
                          "or context that is a git repository or a URL",
                          name, text.substr(0, 200))));
  }
}

void FileLowering::FindEpochSource(size_t target) {
  if (epoch_source_.empty() || diagnostics_.has_errors()) return;
  std::optional<Edge> tree;
  if (const std::optional<size_t> stage = FindFrom(epoch_source_, /*indexes=*/false)) {
    if (const StageState* state = LowerStage(*stage)) tree = state->root;
  } else {
    const SourceRange range = stages_.stages[target].from->WholeRange();
    const auto outside = FromTree(epoch_source_, target, /*indexes=*/false, range);
    if (outside) tree = outside->edge;
  }
  if (!tree) return;
  epoch_of_ = OnlySource(builder_.graph(), *tree);
  if (epoch_of_) return;
  diagnostics_.Report(Error(
      DiagnosticKind::kInvalidArgument,
      fmt::format("{}=`{}` takes the time of a source, and there is none; it must be a git "
                  "repository or a URL, or a stage that adds one of them to scratch and no more",
                  kSourceDateEpoch, epoch_source_)));
}

}  // namespace cooper
