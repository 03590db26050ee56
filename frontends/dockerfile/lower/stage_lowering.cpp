#include "frontends/dockerfile/lower/stage_lowering.h"

#include <fmt/format.h>

#include <utility>

#include "frontends/dockerfile/operands/path.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

constexpr size_t kMaxDisplayBytes = 60;

// The instruction as written, for progress: blanks squeezed, cut at 60 bytes.
std::string DisplayName(const Instruction& instruction) {
  std::string name;
  std::string_view text = instruction.line->text;
  text = text.substr(0, text.find_last_not_of(" \t\n\v\f\r") + 1);
  for (size_t i = instruction.keyword.begin; i < text.size(); ++i) {
    const bool blank = text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r');
    if (!blank) {
      name += text[i];
    } else if (!name.empty() && name.back() != ' ') {
      name += ' ';
    }
    if (name.size() > kMaxDisplayBytes) break;
  }
  const bool whole = name.size() <= kMaxDisplayBytes;
  name = HideUserinfo(name, kMaxDisplayBytes);
  if (whole) return name;
  size_t end = kMaxDisplayBytes - 3;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end) + "...";
}

}  // namespace

std::optional<StageState> StageLowering::Run() {
  if (!Begin()) return std::nullopt;
  if (replaced_) return std::move(state_);
  file_.observer().OnStage(stage_, parent_);
  RunTriggers(triggers_);
  for (const Instruction* instruction : stage_.instructions) {
    if (file_.IsFaulty(*instruction)) continue;
    file_.observer().OnInstruction(stage_, *instruction, state_);
    file_.lower_instruction()(*instruction, *this);
  }
  return std::move(state_);
}

// A variable that the file requires may come from an image that was not asked for.
bool StageLowering::IgnoresFault(const ExpandFault& fault) const {
  return state_.unknown_base && fault.required;
}

void StageLowering::TellUnset(const Instruction& instruction, const SourceRange& range,
                              const std::vector<std::string>& names) {
  if (names.empty() || instruction.line->shown_at) return;
  file_.observer().OnUnset(stage_, instruction, range, names, state_);
}

std::optional<std::string> StageLowering::ExpandText(const Instruction& instruction,
                                                     std::string_view text,
                                                     const SourceRange& range,
                                                     ExpandOptions options) {
  options.budget = &file_.expansion_budget();
  Expansion expansion = WordExpander(state_.env, options).ExpandWord(text);
  TellUnset(instruction, range, expansion.unset);
  if (expansion.fault && IgnoresFault(*expansion.fault)) return std::move(expansion.text);
  if (expansion.fault) {
    Report(expansion.fault->kind, range,
           fmt::format("cannot expand `{}`: {}", text.substr(0, 200), expansion.fault->message));
    return std::nullopt;
  }
  return std::move(expansion.text);
}

std::optional<std::string> StageLowering::Expand(const Instruction& instruction, const Word& word) {
  Expansion expansion = WordExpander(state_.env, {.escape = instruction.line->escape,
                                                  .budget = &file_.expansion_budget()})
                            .ExpandWord(word.text);
  TellUnset(instruction, instruction.RangeOf(word), expansion.unset);
  if (expansion.fault && IgnoresFault(*expansion.fault)) return std::move(expansion.text);
  if (expansion.fault) {
    // In the exec form, offsets of the decoded text say nothing of the line.
    const size_t offset = instruction.json ? 0 : expansion.fault->offset;
    Report(
        expansion.fault->kind,
        instruction.line->RangeOf(std::min(word.begin + offset, word.end), word.end),
        fmt::format("cannot expand `{}`: {}", word.text.substr(0, 200), expansion.fault->message));
    return std::nullopt;
  }
  return std::move(expansion.text);
}

std::optional<std::string> StageLowering::Expand(const Instruction& instruction, const Flag& flag) {
  return ExpandText(instruction, *flag.value, instruction.RangeOf(flag),
                    {.escape = instruction.line->escape});
}

std::optional<std::vector<std::string>> StageLowering::ExpandSplit(const Instruction& instruction,
                                                                   const Word& word) {
  WordsExpansion expansion = WordExpander(state_.env, {.escape = instruction.line->escape,
                                                       .budget = &file_.expansion_budget()})
                                 .ExpandWords(word.text);
  if (expansion.fault) {
    Report(
        expansion.fault->kind,
        instruction.line->RangeOf(word.begin + expansion.fault->offset, word.end),
        fmt::format("cannot expand `{}`: {}", word.text.substr(0, 200), expansion.fault->message));
    return std::nullopt;
  }
  return std::move(expansion.words);
}

Edge StageLowering::AddVertex(const Instruction& instruction, std::string_view word, Op op,
                              std::vector<Edge> inputs) {
  VertexMetadata metadata{{instruction.WholeRange()}, DisplayName(instruction)};
  return file_.builder().Add(stage_.Label(), word, std::move(op), std::move(inputs),
                             std::move(metadata));
}

void StageLowering::AddHistory(const Instruction& instruction, std::string created_by,
                               std::optional<VertexId> layer) {
  if (!file_.ChargeGraph(created_by.size(), instruction.WholeRange())) created_by.clear();
  state_.history.push_back({std::move(created_by), std::string(kHistoryComment), layer});
}

std::string StageLowering::WorkingDir() const { return CleanAbsolute(state_.config.working_dir); }

std::vector<std::string> StageLowering::Shell() const {
  if (!state_.config.shell.empty()) return state_.config.shell;
  if (state_.platform.os == "windows") return {"cmd", "/S", "/C"};
  return {"/bin/sh", "-c"};
}

}  // namespace cooper
