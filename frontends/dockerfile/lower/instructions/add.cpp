// ADD: as COPY from the context, but archives are unpacked, and a source may be
// a URL or a git repository.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/dockerfile/lower/instructions/file_transfer.h"
#include "frontends/dockerfile/lower/instructions/instructions.h"
#include "frontends/dockerfile/operands/git_source.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/operands/path.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

struct AddFlags {
  std::optional<bool> unpack;  // absent: local archives alone are unpacked
  std::optional<bool> keep_git_dir;
  std::string checksum;
};

std::optional<bool> OptionalBool(const Instruction& instruction, std::string_view name) {
  if (FindFlag(instruction, name) == nullptr) return std::nullopt;
  return BoolFlag(instruction, name);
}

// The checksum goes with exactly one URL or repository.
bool ReadChecksum(const Instruction& instruction, const FileTransfer& transfer,
                  StageLowering& stage, std::string& checksum) {
  const Flag* flag = FindFlag(instruction, "checksum");
  if (flag == nullptr) return true;
  const std::optional<std::string> text = stage.Expand(instruction, *flag);
  if (!text) return false;
  const auto fail = [&](std::string message) {
    stage.Report(DiagnosticKind::kInvalidFlag, instruction.RangeOf(*flag), std::move(message));
    return false;
  };
  if (transfer.sources.size() != 1) {
    return fail("checksum can't be specified for multiple sources");
  }
  const std::string& source = transfer.sources[0].text;
  const bool git = IsGitUrl(source);
  if (transfer.sources[0].heredoc != nullptr || (!git && !IsHttpUrl(source))) {
    return fail("checksum requires HTTP(S) or Git sources");
  }
  if (git && !IsCommitPrefix(*text)) {
    return fail(
        fmt::format("invalid checksum `{}`; it is a commit's name, or its beginning, in "
                    "hexadecimal digits",
                    *text));
  }
  if (!git && !Digest::Parse(*text)) {
    return fail(fmt::format("invalid checksum `{}`; it is `sha256:` and 64 hex digits", *text));
  }
  checksum = *text;
  return true;
}

// What a copy and an unpacking have in common.
template <typename Op>
Op OpFor(const FileTransfer& transfer, std::vector<std::string> from) {
  Op op;
  op.from = std::move(from);
  op.to = transfer.to;
  op.chown = transfer.chown;
  op.chmod = transfer.chmod;
  op.link = transfer.link;
  op.exclude = transfer.exclude;
  return op;
}

void AddFrom(const Instruction& instruction, const FileTransfer& transfer, Edge tree,
             std::vector<std::string> from, bool unpack, StageLowering& stage) {
  Op op = unpack ? Op(OpFor<FileUnpackOp>(transfer, std::move(from)))
                 : Op(OpFor<FileCopyOp>(transfer, std::move(from)));
  StageState& state = stage.state();
  state.root = stage.AddVertex(instruction, "add", std::move(op), {state.root, tree});
}

bool AddUrl(const Instruction& instruction, const FileTransfer& transfer,
            const FileTransfer::Source& from, const AddFlags& flags, StageLowering& stage) {
  SplitUrl split = SplitUserinfo(from.text);
  const std::string name = UrlFileName(split.url);
  if (name.find('\0') != std::string::npos) {
    stage.Report(DiagnosticKind::kInvalidArgument, from.range,
                 "the file name in the URL has a NUL byte");
    return false;
  }
  const Edge tree =
      stage.AddVertex(instruction, "fetch",
                      SourceHttpOp{std::move(split.url), Digest::Parse(flags.checksum), name}, {});
  stage.file().builder().graph().vertex(tree.vertex).metadata.userinfo = std::move(split.userinfo);
  AddFrom(instruction, transfer, tree, {LiteralSource(name)}, flags.unpack.value_or(false), stage);
  return true;
}

bool AddRepository(const Instruction& instruction, const FileTransfer& transfer,
                   const FileTransfer::Source& from, const AddFlags& flags, StageLowering& stage) {
  Result<GitSource> source = ParseGitSource(from.text);
  if (!source.ok()) {
    stage.file().diagnostics().Report(source.error().At(from.range));
    return false;
  }
  const auto fail = [&](std::string_view flag, std::string message) {
    stage.Report(DiagnosticKind::kInvalidFlag, instruction.RangeOf(*FindFlag(instruction, flag)),
                 std::move(message));
    return false;
  };
  if (flags.keep_git_dir) {
    if (source->keep_git_dir && *source->keep_git_dir != *flags.keep_git_dir) {
      return fail("keep-git-dir",
                  "inconsistent keep-git-dir configuration; the flag and the query differ");
    }
    source->op.keep_git_dir = *flags.keep_git_dir;
  }
  if (!flags.checksum.empty()) {
    if (!source->op.checksum.empty() && source->op.checksum != flags.checksum) {
      return fail("checksum", fmt::format("checksum mismatch `{}` != `{}`; the flag and the query "
                                          "differ",
                                          flags.checksum, source->op.checksum));
    }
    source->op.checksum = flags.checksum;
  }
  const Edge tree = stage.AddVertex(instruction, "clone", std::move(source->op), {});
  stage.file().builder().graph().vertex(tree.vertex).metadata.userinfo =
      std::move(source->userinfo);
  AddFrom(instruction, transfer, tree, {"."}, /*unpack=*/false, stage);
  return true;
}

}  // namespace

void LowerAdd(const Instruction& instruction, StageLowering& stage) {
  const std::optional<FileTransfer> transfer = ReadFileTransfer(instruction, stage);
  if (!transfer) return;
  AddFlags flags{OptionalBool(instruction, "unpack"), OptionalBool(instruction, "keep-git-dir"),
                 ""};
  if (!ReadChecksum(instruction, *transfer, stage, flags.checksum)) return;
  // In the order of the sources: of two files of one name the last stays.
  std::vector<std::string> paths;
  const auto add_paths = [&] {
    if (paths.empty()) return;
    AddFrom(instruction, *transfer, stage.file().ContextTree(), std::exchange(paths, {}),
            flags.unpack.value_or(true), stage);
  };
  for (const FileTransfer::Source& source : transfer->sources) {
    if (source.heredoc != nullptr) continue;
    if (IsGitUrl(source.text)) {
      add_paths();
      if (!AddRepository(instruction, *transfer, source, flags, stage)) return;
    } else if (IsHttpUrl(source.text)) {
      add_paths();
      if (!AddUrl(instruction, *transfer, source, flags, stage)) return;
    } else {
      paths.push_back(CleanSource(source.text));
    }
  }
  add_paths();
  CopyHeredocs(instruction, *transfer, stage);
  stage.AddHistory(instruction, TransferHistory("ADD", *transfer), stage.state().root.vertex);
}

}  // namespace cooper
