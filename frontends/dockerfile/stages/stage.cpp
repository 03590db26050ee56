#include "frontends/dockerfile/stages/stage.h"

#include <fmt/format.h>
#include <llvm/ADT/StringExtras.h>

#include <algorithm>
#include <utility>

namespace cooper {
namespace {

bool IsStageName(std::string_view name) {
  return !name.empty() && llvm::isAlpha(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return llvm::isAlnum(c) || c == '-' || c == '_' || c == '.'; });
}

std::string Lower(std::string_view text) {
  return llvm::StringRef(text.data(), text.size()).lower();
}

Stage StageOf(const Instruction& from, size_t index, DiagnosticEngine& diagnostics) {
  Stage stage;
  stage.index = index;
  stage.from = &from;
  const std::vector<Word>& words = from.arguments;
  stage.malformed = true;
  if (words.size() != 1 && (words.size() != 3 || Lower(words[1].text) != "as")) {
    diagnostics.Report(DiagnosticKind::kInvalidArgument, from.WholeRange(),
                       "FROM requires either one or three arguments; write `FROM IMAGE` or "
                       "`FROM IMAGE AS NAME`");
  } else if (words.size() == 3 && !IsStageName(words[2].text)) {
    diagnostics.Report(DiagnosticKind::kInvalidArgument, from.RangeOf(words[2]),
                       fmt::format("invalid name for build stage `{}`; a name begins with a letter "
                                   "and holds letters, digits, `-`, `_` and `.`",
                                   words[2].text));
  } else if (words.size() == 3) {
    stage.name = Lower(words[2].text);
    stage.malformed = false;
  } else {
    stage.malformed = false;
  }
  return stage;
}

}  // namespace

std::optional<size_t> StageList::FindLast(std::string_view name) const {
  const std::string wanted = Lower(name);
  for (size_t i = stages.size(); i-- > 0;) {
    if (!wanted.empty() && stages[i].name == wanted) return i;
  }
  return std::nullopt;
}

std::optional<size_t> StageList::FindBefore(std::string_view name, size_t before) const {
  for (size_t i = before; i-- > 0;) {
    if (!name.empty() && stages[i].name == name) return i;
  }
  return std::nullopt;
}

std::vector<std::string_view> StageList::Names() const {
  std::vector<std::string_view> names;
  for (const Stage& stage : stages) {
    if (!stage.name.empty()) names.push_back(stage.name);
  }
  return names;
}

StageList ListStages(const Dockerfile& dockerfile, DiagnosticEngine& diagnostics) {
  StageList list;
  bool reported = false;
  for (const Instruction& instruction : dockerfile.instructions) {
    if (instruction.kind == InstructionKind::kFrom) {
      if (list.stages.size() == kMaxStages) {
        diagnostics.Report(DiagnosticKind::kLimitExceeded, instruction.KeywordRange(),
                           fmt::format("the file has more than {} stages", kMaxStages));
        return list;
      }
      list.stages.push_back(StageOf(instruction, list.stages.size(), diagnostics));
    } else if (!list.stages.empty()) {
      list.stages.back().instructions.push_back(&instruction);
    } else if (instruction.kind == InstructionKind::kArg) {
      list.global_args.push_back(&instruction);
    } else if (instruction.kind != InstructionKind::kUnknown && !std::exchange(reported, true)) {
      diagnostics.Report(DiagnosticKind::kSyntax, instruction.WholeRange(),
                         fmt::format("no build stage in current context; `{}` must come after a "
                                     "`FROM`",
                                     InfoOf(instruction.kind).keyword));
    }
  }
  if (list.stages.empty() && !diagnostics.has_errors()) {
    const SourceRange range = dockerfile.instructions.empty()
                                  ? SourceRange{}
                                  : dockerfile.instructions.back().WholeRange();
    diagnostics.Report(DiagnosticKind::kSyntax, range,
                       "dockerfile contains no stages to build; it needs a `FROM`");
  }
  return list;
}

}  // namespace cooper
