// ADD: as COPY from the context, but archives are unpacked, and a source may be
// a URL.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "frontends/dockerfile/lower/file_transfer.h"
#include "frontends/dockerfile/lower/instruction_flags.h"
#include "frontends/dockerfile/lower/instructions.h"
#include "frontends/dockerfile/lower/path.h"

namespace cooper {
namespace {

// What is not lowered is refused by name, never left out.
bool RefuseUnsupported(const Instruction& instruction, const FileTransfer& transfer,
                       StageLowering& stage) {
  bool ok = true;
  const auto refuse = [&](const SourceRange& range, std::string message) {
    stage.Report(DiagnosticKind::kUnsupported, range, std::move(message));
    ok = false;
  };
  bool urls = false;
  bool paths = false;
  for (const FileTransfer::Source& source : transfer.sources) {
    if (source.heredoc != nullptr) continue;
    if (IsGitUrl(source.text)) {
      refuse(source.range,
             "`ADD` of a git repository is not supported yet; clone it beside the Dockerfile and "
             "use COPY");
    }
    (IsHttpUrl(source.text) ? urls : paths) = true;
  }
  if (const Flag* flag = FindFlag(instruction, "keep-git-dir"); flag != nullptr) {
    refuse(instruction.RangeOf(*flag), "`ADD --keep-git-dir` is not supported yet");
  }
  const Flag* unpack = FindFlag(instruction, "unpack");
  if (unpack != nullptr && urls && BoolFlag(instruction, "unpack")) {
    refuse(instruction.RangeOf(*unpack), "`ADD --unpack` of a URL is not supported yet");
  }
  const Flag* link = FindFlag(instruction, "link");
  if (transfer.link && paths && BoolFlag(instruction, "unpack", true)) {
    refuse(instruction.RangeOf(*link),
           "`ADD --link` of local files is not supported yet; use `COPY --link`, or add "
           "`--unpack=false`");
  }
  return ok;
}

// The digest of --checksum, which goes with exactly one URL.
bool ReadChecksum(const Instruction& instruction, const FileTransfer& transfer,
                  StageLowering& stage, std::optional<Digest>& checksum) {
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
  if (!IsHttpUrl(transfer.sources[0].text)) {
    return fail("checksum requires HTTP(S) or Git sources");
  }
  checksum = Digest::Parse(*text);
  if (checksum) return true;
  return fail(fmt::format("invalid checksum `{}`; it is `sha256:` and 64 hex digits", *text));
}

// The last part of the URL's path, which names the file in a directory.
std::string FileNameOf(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  url.remove_prefix(url.find("://") + 3);
  const size_t path = url.find('/');
  std::string_view name = path == std::string_view::npos ? "" : url.substr(url.rfind('/') + 1);
  return name.empty() || name == "." || name == ".." ? "__unnamed__" : std::string(name);
}

void AddUrl(const Instruction& instruction, const FileTransfer& transfer, const std::string& url,
            const std::optional<Digest>& checksum, StageLowering& stage) {
  const std::string name = FileNameOf(url);
  const Edge source = stage.AddVertex(instruction, "fetch", SourceHttpOp{url, checksum, name}, {});
  FileCopyOp op;
  op.from = {name};
  op.to = transfer.to;
  op.chown = transfer.chown;
  op.chmod = transfer.chmod;
  op.link = transfer.link;
  StageState& state = stage.state();
  state.root = stage.AddVertex(instruction, "add", std::move(op), {state.root, source});
}

void AddPaths(const Instruction& instruction, const FileTransfer& transfer,
              std::vector<std::string> from, StageLowering& stage) {
  StageState& state = stage.state();
  const std::vector<Edge> inputs = {state.root, stage.file().ContextTree()};
  if (!BoolFlag(instruction, "unpack", true)) {
    FileCopyOp op;
    op.from = std::move(from);
    op.to = transfer.to;
    op.chown = transfer.chown;
    op.chmod = transfer.chmod;
    op.link = transfer.link;
    op.exclude = transfer.exclude;
    state.root = stage.AddVertex(instruction, "add", std::move(op), inputs);
    return;
  }
  FileUnpackOp op;
  op.from = std::move(from);
  op.to = transfer.to;
  op.chown = transfer.chown;
  op.chmod = transfer.chmod;
  op.exclude = transfer.exclude;
  state.root = stage.AddVertex(instruction, "add", std::move(op), inputs);
}

}  // namespace

void LowerAdd(const Instruction& instruction, StageLowering& stage) {
  const std::optional<FileTransfer> transfer = ReadFileTransfer(instruction, stage);
  if (!transfer) return;
  std::optional<Digest> checksum;
  const bool supported = RefuseUnsupported(instruction, *transfer, stage);
  if (!ReadChecksum(instruction, *transfer, stage, checksum) || !supported) return;
  std::vector<std::string> paths;
  for (const FileTransfer::Source& source : transfer->sources) {
    if (source.heredoc == nullptr && !IsHttpUrl(source.text)) {
      paths.push_back(CleanSource(source.text));
    }
  }
  if (!paths.empty()) AddPaths(instruction, *transfer, std::move(paths), stage);
  for (const FileTransfer::Source& source : transfer->sources) {
    if (IsHttpUrl(source.text)) AddUrl(instruction, *transfer, source.text, checksum, stage);
  }
  CopyHeredocs(instruction, *transfer, stage);
  stage.AddHistory(instruction, TransferHistory("ADD", *transfer), stage.state().root.vertex);
}

}  // namespace cooper
