// COPY: from the build context, a stage, an image or a named context.

#include <fmt/format.h>

#include <string>
#include <utility>

#include "frontends/dockerfile/lower/instructions/file_transfer.h"
#include "frontends/dockerfile/lower/instructions/instructions.h"
#include "frontends/dockerfile/operands/git_source.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/operands/path.h"

namespace cooper {
namespace {

// The tree that `--from` names, the build context without it.
std::optional<SourceTree> FromFlag(const Instruction& instruction, StageLowering& stage) {
  const Flag* from = FindFlag(instruction, "from");
  if (from == nullptr) return SourceTree{stage.file().ContextTree(), false};
  const SourceRange range = instruction.RangeOf(*from);
  if (from->value->find('$') != std::string::npos) {
    stage.Report(DiagnosticKind::kInvalidFlag, range,
                 "variable expansion is not supported for --from; define a new stage with FROM "
                 "using ARG from global scope as a workaround");
    return std::nullopt;
  }
  if (from->value->empty()) return SourceTree{stage.file().ContextTree(), false};
  return stage.file().FromTree(*from->value, stage.stage().index, /*indexes=*/true, range);
}

}  // namespace

void LowerCopy(const Instruction& instruction, StageLowering& stage) {
  std::optional<FileTransfer> transfer = ReadFileTransfer(instruction, stage);
  if (!transfer) return;
  FileCopyOp op;
  bool ok = true;
  for (const FileTransfer::Source& source : transfer->sources) {
    if (source.heredoc != nullptr) continue;
    const bool http = IsHttpUrl(source.text);
    if (http || IsGitUrl(source.text)) {
      stage.Report(DiagnosticKind::kInvalidArgument, source.range,
                   fmt::format("source can't be a {} for COPY; use ADD", http ? "URL" : "git ref"));
      ok = false;
      continue;
    }
    op.from.push_back(transfer->parents ? CleanSourceWithPivot(source.text)
                                        : CleanSource(source.text));
  }
  if (!ok) return;
  StageState& state = stage.state();
  if (!op.from.empty()) {
    const std::optional<SourceTree> tree = FromFlag(instruction, stage);
    if (!tree) return;
    op.to = transfer->to;
    op.chown = transfer->chown;
    op.chmod = transfer->chmod;
    op.keep_owner = tree->keep_owner;
    op.parents = transfer->parents;
    op.link = transfer->link;
    op.exclude = transfer->exclude;
    state.root = stage.AddVertex(instruction, "copy", std::move(op), {state.root, tree->edge});
  }
  CopyHeredocs(instruction, *transfer, stage);
  stage.AddHistory(instruction, TransferHistory("COPY", *transfer), state.root.vertex);
}

}  // namespace cooper
