// FROM: where a stage begins, and the triggers that come with it.

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "frontends/dockerfile/lower/stage_lowering.h"
#include "frontends/dockerfile/operands/instruction_checker.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// Base images with more triggers are refused.
constexpr size_t kMaxTriggers = 1'000;

}  // namespace

// The flag's platform, else the one of the whole build.
std::optional<Platform> StageLowering::StagePlatform() {
  const Instruction& from = *stage_.from;
  const Flag* flag = FindFlag(from, "platform");
  if (flag == nullptr) return file_.options().target_platform;
  const SourceRange range = from.RangeOf(*flag);
  const Expansion expansion =
      WordExpander(file_.global_scope(),
                   {.escape = from.line->escape, .budget = &file_.expansion_budget()})
          .ExpandWord(*flag->value);
  if (expansion.fault) {
    Report(expansion.fault->kind, range,
           fmt::format("cannot expand `{}`: {}", *flag->value, expansion.fault->message));
    return std::nullopt;
  }
  if (expansion.text.empty()) {
    Report(DiagnosticKind::kInvalidArgument, range,
           fmt::format("empty platform value from expression `{}`; declare the variable with ARG "
                       "before the first FROM",
                       *flag->value));
    return std::nullopt;
  }
  Result<Platform> platform = Platform::Parse(expansion.text);
  if (!platform.ok()) {
    Report(DiagnosticKind::kInvalidArgument, range,
           fmt::format("failed to parse platform `{}`: {}", expansion.text,
                       platform.error().message()));
    return std::nullopt;
  }
  return *std::move(platform);
}

// FROM compares with the lower-case names of stages, letter by letter.
void StageLowering::SuggestStage(const std::string& text, const SourceRange& range) {
  std::vector<std::string_view> earlier;
  for (size_t i = 0; i < stage_.index; ++i) {
    const std::string& name = file_.stages().stages[i].name;
    if (!name.empty()) earlier.push_back(name);
  }
  const std::string lower = llvm::StringRef(text).lower();
  const bool cased = std::find(earlier.begin(), earlier.end(), lower) != earlier.end();
  const std::optional<std::string_view> nearest =
      cased ? std::optional<std::string_view>(lower) : NearestName(text, earlier);
  if (!nearest) return;
  Report(DiagnosticKind::kUnknownStage, range,
         fmt::format("there is no earlier stage `{}`, so an image of that name was looked for; did "
                     "you mean the stage `{}`?",
                     text, *nearest));
}

bool StageLowering::Begin() {
  const Instruction& from = *stage_.from;
  if (file_.IsFaulty(from) || stage_.malformed) return false;
  const Word& word = from.arguments[0];
  const SourceRange range = from.RangeOf(word);
  const Expansion base = WordExpander(file_.global_scope(), {.escape = from.line->escape,
                                                             .budget = &file_.expansion_budget()})
                             .ExpandWord(word.text);
  if (base.fault) {
    Report(base.fault->kind,
           from.line->RangeOf(std::min(word.begin + base.fault->offset, word.end), word.end),
           fmt::format("cannot expand `{}`: {}", word.text, base.fault->message));
    return false;
  }
  if (base.text.empty()) {
    Report(DiagnosticKind::kInvalidArgument, range,
           fmt::format("base name `{}` should not be blank; declare its variable with ARG before "
                       "the first FROM, or pass --build-arg",
                       word.text));
    return false;
  }
  const std::optional<Platform> platform = StagePlatform();
  if (!platform) return false;

  // A named context may take the place of the whole stage.
  if (!stage_.name.empty() && file_.options().named_contexts.contains(stage_.name)) {
    std::optional<StageState> state = file_.BaseOf(stage_.name, *platform, stage_, range);
    if (!state) return false;
    state_ = *std::move(state);
    replaced_ = true;
    return true;
  }
  if (base.text == "scratch") {
    state_ = file_.ScratchState(stage_, from.WholeRange());
    return true;
  }
  if (const std::optional<size_t> parent = file_.stages().FindBefore(base.text, stage_.index)) {
    const StageState* state = file_.LowerStage(*parent);
    if (state == nullptr) return false;
    parent_ = parent;
    state_ = *state;
    state_.cmd_set = false;
  } else {
    const size_t errors_before = file_.diagnostics().error_count();
    std::optional<StageState> state = file_.BaseOf(base.text, *platform, stage_, range);
    if (!state && file_.diagnostics().error_count() > errors_before) SuggestStage(base.text, range);
    if (!state) return false;
    state_ = *std::move(state);
  }
  triggers_ = std::exchange(state_.config.on_build, {});
  return true;
}

void StageLowering::RunTriggers(const std::vector<std::string>& triggers) {
  const Instruction& from = *stage_.from;
  const SourceRange range = from.WholeRange();
  if (triggers.size() > kMaxTriggers) {
    Report(DiagnosticKind::kLimitExceeded, range,
           fmt::format("the base has {} ONBUILD triggers; at most {} are run", triggers.size(),
                       kMaxTriggers));
    return;
  }
  for (const std::string& trigger : triggers) {
    const size_t errors_before = file_.diagnostics().error_count();
    const uint32_t text =
        file_.files().Add(fmt::format("ONBUILD of {}", from.arguments[0].text), trigger);
    const Dockerfile parsed =
        ParseDockerfile(file_.files(), text, file_.diagnostics(), {.shown_at = range});
    if (file_.diagnostics().error_count() > errors_before) continue;
    if (parsed.instructions.size() != 1) {
      Report(DiagnosticKind::kSyntax, range,
             fmt::format("onbuild trigger should be a single expression, not `{}`", trigger));
      continue;
    }
    CheckInstruction(parsed.instructions[0], file_.diagnostics());
    CheckTrigger(parsed.instructions[0], file_.diagnostics());
    if (file_.diagnostics().error_count() > errors_before) continue;
    file_.lower_instruction()(parsed.instructions[0], *this);
  }
}

}  // namespace cooper
