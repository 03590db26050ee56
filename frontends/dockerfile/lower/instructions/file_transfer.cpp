#include "frontends/dockerfile/lower/instructions/file_transfer.h"

#include <fmt/format.h>

#include <utility>

#include "frontends/dockerfile/operands/git_source.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/operands/path.h"
#include "frontends/dockerfile/prescan/heredoc_marker.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

// Octal up to 07777, or chmod(1)'s symbolic form: `u=rwX,go-w`.
bool IsMode(std::string_view text) {
  if (text.find_first_not_of("01234567") == std::string_view::npos) {
    const size_t digits = std::min(text.find_first_not_of('0'), text.size());
    return !text.empty() && text.size() - digits <= 4;
  }
  while (true) {
    const size_t comma = text.find(',');
    std::string_view clause = text.substr(0, comma);
    clause.remove_prefix(std::min(clause.find_first_not_of("ugoa"), clause.size()));
    if (clause.empty()) return false;
    while (!clause.empty()) {
      if (clause[0] != '+' && clause[0] != '-' && clause[0] != '=') return false;
      clause.remove_prefix(1);
      clause.remove_prefix(std::min(clause.find_first_not_of("rwxXstugo"), clause.size()));
    }
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

// The expanded value of `name`, empty when it is not given.
bool ReadFlag(const Instruction& instruction, std::string_view name, StageLowering& stage,
              std::string& value) {
  const Flag* flag = FindFlag(instruction, name);
  if (flag == nullptr) return true;
  std::optional<std::string> expanded = stage.Expand(instruction, *flag);
  if (expanded) value = *std::move(expanded);
  return expanded.has_value();
}

bool CheckMode(const Instruction& instruction, const std::string& mode, StageLowering& stage) {
  const Flag* flag = FindFlag(instruction, "chmod");
  if (flag == nullptr || mode.empty() || IsMode(mode)) return true;
  stage.Report(DiagnosticKind::kInvalidFlag, instruction.RangeOf(*flag),
               fmt::format("invalid chmod parameter `{}`; it should be an octal string between 0 "
                           "and 07777, or symbolic as in `u=rwX,go=rX`",
                           mode));
  return false;
}

}  // namespace

std::optional<FileTransfer> ReadFileTransfer(const Instruction& instruction, StageLowering& stage) {
  FileTransfer transfer;
  bool ok = ReadFlag(instruction, "chown", stage, transfer.chown);
  ok = ReadFlag(instruction, "chmod", stage, transfer.chmod) && ok;
  ok = CheckMode(instruction, transfer.chmod, stage) && ok;
  transfer.link = BoolFlag(instruction, "link");
  transfer.parents = BoolFlag(instruction, "parents");
  for (const Flag* flag : FindFlags(instruction, "exclude")) {
    transfer.exclude.push_back(*flag->value);
  }

  size_t next_heredoc = 0;
  const std::vector<Heredoc>& heredocs = instruction.heredocs();
  for (size_t i = 0; i < instruction.arguments.size(); ++i) {
    const Word& word = instruction.arguments[i];
    if (i + 1 < instruction.arguments.size() && next_heredoc < heredocs.size() &&
        ParseHeredocMarker(word.text)) {
      const Heredoc& heredoc = heredocs[next_heredoc++];
      if (CleanAbsolute(heredoc.name) == "/") {
        stage.Report(DiagnosticKind::kInvalidArgument, instruction.RangeOf(word),
                     fmt::format("heredoc `{}` names no file", word.text));
        ok = false;
        continue;
      }
      transfer.sources.push_back({"<<" + heredoc.name, &heredoc, instruction.RangeOf(word)});
      continue;
    }
    std::optional<std::string> text = stage.Expand(instruction, word);
    ok = ok && text;
    if (!ok) continue;
    if (i + 1 == instruction.arguments.size()) {
      transfer.destination = *std::move(text);
      transfer.to = CleanDestination(stage.WorkingDir(), transfer.destination);
    } else {
      transfer.sources.push_back({*std::move(text), nullptr, instruction.RangeOf(word)});
    }
  }
  if (!ok) return std::nullopt;
  return transfer;
}

void CopyHeredocs(const Instruction& instruction, const FileTransfer& transfer,
                  StageLowering& stage) {
  FileCopyOp op;
  std::optional<Edge> tree;
  for (const FileTransfer::Source& source : transfer.sources) {
    if (source.heredoc == nullptr) continue;
    std::string data = source.heredoc->Text();
    if (source.heredoc->expand) {
      std::optional<std::string> expanded =
          stage.ExpandText(instruction, data, source.range, {.ignore_quotes = true});
      if (!expanded) return;
      data = *std::move(expanded);
    }
    if (!tree) tree = stage.AddVertex(instruction, "heredoc", SourceScratchOp{}, {});
    const std::string path = CleanAbsolute(source.heredoc->name);
    tree = stage.AddVertex(instruction, "heredoc", FileMkfileOp{path, 0644, "", std::move(data)},
                           {*tree});
    op.from.push_back(CleanSource(path));
  }
  if (!tree) return;
  op.to = transfer.to;
  op.chown = transfer.chown;
  op.chmod = transfer.chmod;
  op.link = transfer.link;
  StageState& state = stage.state();
  state.root =
      stage.AddVertex(instruction, instruction.kind == InstructionKind::kAdd ? "add" : "copy",
                      std::move(op), {state.root, *tree});
}

std::string TransferHistory(std::string_view keyword, const FileTransfer& transfer) {
  std::string text(keyword);
  if (transfer.parents) text += " --parents";
  if (!transfer.chown.empty()) text += " --chown=" + transfer.chown;
  if (!transfer.chmod.empty()) text += " --chmod=" + transfer.chmod;
  for (const FileTransfer::Source& source : transfer.sources) {
    // An image is for everyone who can pull it.
    text += " " + (IsHttpUrl(source.text) ? SplitUserinfo(source.text).url : source.text);
  }
  return text + " " + transfer.destination;
}

bool IsHttpUrl(std::string_view text) {
  return (text.starts_with("http://") || text.starts_with("https://")) && !IsGitUrl(text);
}

}  // namespace cooper
