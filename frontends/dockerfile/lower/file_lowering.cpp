#include "frontends/dockerfile/lower/file_lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "frontends/dockerfile/lower/stage_lowering.h"
#include "frontends/dockerfile/operands/instruction_checker.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/operands/mount_fields.h"
#include "frontends/dockerfile/stages/global_scope.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// So many names of stages are shown in one message.
constexpr size_t kMaxShownStages = 10;

}  // namespace

FileLowering::FileLowering(SourceFiles& files, const Dockerfile& dockerfile,
                           const FrontendOptions& options, ImageResolver& resolver,
                           DiagnosticEngine& diagnostics, InstructionLowering instruction_lowering,
                           const LoweringOptions& lowering)
    : files_(files),
      dockerfile_(dockerfile),
      options_(options),
      resolver_(resolver),
      diagnostics_(diagnostics),
      lower_instruction_(instruction_lowering),
      observer_(lowering.observer != nullptr ? lowering.observer : &nobody_),
      all_stages_(lowering.all_stages),
      offline_(lowering.offline) {}

std::optional<BuildGraph> FileLowering::Run() {
  for (const Instruction& instruction : dockerfile_.instructions) {
    const size_t errors_before = diagnostics_.error_count();
    CheckInstruction(instruction, diagnostics_);
    if (diagnostics_.error_count() > errors_before) faulty_.insert(&instruction);
  }
  stages_ = ListStages(dockerfile_, diagnostics_);
  if (stages_.stages.empty()) return std::nullopt;
  const std::optional<std::vector<size_t>> targets = ChooseTargets();
  if (!targets) return std::nullopt;
  const std::string& target_name = stages_.stages[targets->front()].name;
  global_scope_ = MakeGlobalScope(stages_, options_, target_name.empty() ? "default" : target_name,
                                  expansion_budget_, diagnostics_);
  ReadSourceDateEpoch();
  dependencies_ = StageDependencies();
  CheckReferences();
  // With a fault there will be no graph: go on for the sake of further faults,
  // but ask no registry for images.
  offline_ = offline_ || diagnostics_.has_errors();
  observer_->OnFile(stages_, global_scope_);
  progress_.assign(stages_.stages.size(), Progress::kNew);
  states_.resize(stages_.stages.size());
  for (size_t index = 0; index < stages_.stages.size(); ++index) {
    const bool needed =
        all_stages_ || std::any_of(targets->begin(), targets->end(), [&](size_t target) {
          return target == index || Reaches(target, index);
        });
    if (needed) LowerStage(index);
  }
  FindEpochSource(targets->front());
  if (diagnostics_.has_errors()) return std::nullopt;
  for (const size_t target : *targets) AddTarget(target);
  for (uint32_t file = 0; file < files_.size(); ++file) {
    builder_.graph().source_names().push_back(files_.file(file).name);
  }
  return std::move(builder_).Take();
}

std::optional<std::vector<size_t>> FileLowering::ChooseTargets() {
  std::vector<size_t> chosen;
  if (options_.targets.empty()) chosen.push_back(stages_.stages.size() - 1);
  bool ok = true;
  for (const std::string& name : options_.targets) {
    const std::optional<size_t> index = stages_.FindLast(name);
    if (!index) {
      const std::vector<std::string_view> names = stages_.Names();
      const std::optional<std::string_view> nearest = NearestName(name, names);
      std::string advice;
      if (nearest) {
        advice = fmt::format("; did you mean `{}`?", *nearest);
      } else if (!names.empty()) {
        const std::span shown(names.data(), std::min(names.size(), kMaxShownStages));
        advice = fmt::format("; the stages are `{}`{}", fmt::join(shown, "`, `"),
                             shown.size() < names.size() ? " and others" : "");
      }
      diagnostics_.Report(
          Error(DiagnosticKind::kUnknownStage,
                fmt::format("target stage `{}` could not be found{}", name, advice)));
      ok = false;
    } else if (std::find(chosen.begin(), chosen.end(), *index) == chosen.end()) {
      chosen.push_back(*index);
    }
  }
  if (!ok) return std::nullopt;
  return chosen;
}

std::optional<size_t> FileLowering::FindFrom(std::string_view text, bool indexes) const {
  if (FindContext(text, options_.target_platform) != nullptr) return std::nullopt;
  const bool digits = !text.empty() && text.size() < 10 &&
                      text.find_first_not_of("0123456789") == std::string_view::npos;
  if (indexes && digits) return std::stoul(std::string(text));
  return stages_.FindLast(text);
}

// What can be known without base images and variables; their triggers may add more.
std::vector<std::set<size_t>> FileLowering::StageDependencies() const {
  std::vector<std::set<size_t>> all(stages_.stages.size());
  const auto visit = [&](const Instruction& instruction, std::set<size_t>& dependencies) {
    const auto add = [&](std::string_view from, bool indexes) {
      const std::optional<size_t> index = FindFrom(from, indexes);
      if (index && *index < all.size()) dependencies.insert(*index);
    };
    if (instruction.kind == InstructionKind::kCopy) {
      const Flag* from = FindFlag(instruction, "from");
      if (from != nullptr && from->value) add(*from->value, true);
    } else if (instruction.kind == InstructionKind::kRun) {
      for (const Flag* mount : FindFlags(instruction, "mount")) {
        if (const std::optional<std::string> from = MountFrom(*mount)) add(*from, false);
      }
    }
  };
  ExpansionBudget budget;  // the file's is charged when the stage begins
  for (const Stage& stage : stages_.stages) {
    std::set<size_t>& dependencies = all[stage.index];
    const Instruction& from = *stage.from;
    if (from.arguments.empty()) continue;
    const WordExpander expander(global_scope_, {.escape = from.line->escape, .budget = &budget});
    const std::string base = expander.ExpandWord(from.arguments[0].text).text;
    if (const std::optional<size_t> parent = stages_.FindBefore(base, stage.index)) {
      dependencies.insert(*parent);
      for (const Instruction* instruction : stages_.stages[*parent].instructions) {
        if (instruction->kind == InstructionKind::kOnbuild && instruction->trigger) {
          visit(*instruction->trigger, dependencies);
        }
      }
    }
    for (const Instruction* instruction : stage.instructions) visit(*instruction, dependencies);
  }
  return all;
}

bool FileLowering::Reaches(size_t from, size_t to) const {
  std::vector<bool> seen(dependencies_.size(), false);
  std::vector<size_t> pending = {from};
  while (!pending.empty()) {
    const size_t stage = pending.back();
    pending.pop_back();
    for (const size_t next : dependencies_[stage]) {
      if (next == to) return true;
      if (!seen[next]) pending.push_back(next);
      seen[next] = true;
    }
  }
  return false;
}

const StageState* FileLowering::LowerStage(size_t index) {
  if (progress_[index] == Progress::kNew) {
    progress_[index] = Progress::kRunning;
    StageLowering stage(*this, stages_.stages[index]);
    std::optional<StageState> state = stage.Run();
    progress_[index] = state ? Progress::kDone : Progress::kFailed;
    if (state) states_[index] = std::make_unique<StageState>(*std::move(state));
  }
  return progress_[index] == Progress::kDone ? states_[index].get() : nullptr;
}

bool FileLowering::CheckReference(size_t wanted, size_t current, const std::string& text,
                                  bool indexes, const SourceRange& range) {
  if (wanted >= stages_.stages.size()) {
    diagnostics_.Report(DiagnosticKind::kUnknownStage, range,
                        fmt::format("invalid stage index {}; the file has {} stage{}", text,
                                    stages_.stages.size(), stages_.stages.size() == 1 ? "" : "s"));
    return false;
  }
  const std::string label = stages_.stages[current].Label();
  if (wanted == current || (wanted > current && Reaches(wanted, current))) {
    diagnostics_.Report(
        DiagnosticKind::kStageCycle, range,
        fmt::format("circular dependency detected on stage `{}`; it reads its own result", label));
    return false;
  }
  if (wanted > current) {
    diagnostics_.Report(
        DiagnosticKind::kUnknownStage, range,
        fmt::format("cannot {} from stage `{}`; it needs to be defined before current stage `{}`",
                    indexes ? "copy" : "mount", stages_.stages[wanted].Label(), label));
    return false;
  }
  return true;
}

void FileLowering::CheckReferences() {
  for (const Stage& stage : stages_.stages) {
    for (const Instruction* instruction : stage.instructions) {
      const bool copy = instruction->kind == InstructionKind::kCopy;
      if (IsFaulty(*instruction) || (!copy && instruction->kind != InstructionKind::kRun)) continue;
      for (const Flag* flag : FindFlags(*instruction, copy ? "from" : "mount")) {
        const std::optional<std::string> from = copy ? flag->value : MountFrom(*flag);
        const std::optional<size_t> wanted = from ? FindFrom(*from, copy) : std::nullopt;
        if (wanted &&
            !CheckReference(*wanted, stage.index, *from, copy, instruction->RangeOf(*flag))) {
          faulty_.insert(instruction);
        }
      }
    }
  }
}

std::optional<SourceTree> FileLowering::FromTree(const std::string& text, size_t current,
                                                 bool indexes, const SourceRange& range) {
  if (const auto known = outside_trees_.find(text); known != outside_trees_.end()) {
    return known->second;
  }
  const Platform& platform = options_.target_platform;
  if (const std::optional<size_t> stage = FindFrom(text, indexes)) {
    if (!CheckReference(*stage, current, text, indexes, range)) return std::nullopt;
    const StageState* state = LowerStage(*stage);
    if (state == nullptr) return std::nullopt;
    return SourceTree{state->root, true};
  }
  // Only the tree matters here; the label keeps an image's vertex apart from
  // those of the stages.
  if (text == "scratch") {
    return SourceTree{builder_.Add("", "scratch", SourceScratchOp{}, {}, {{range}, "scratch"}),
                      true};
  }
  Stage outside;
  outside.name = text;
  const size_t errors_before = diagnostics_.error_count();
  std::optional<StageState> base = BaseOf(text, platform, outside, range);
  if (!base) {
    const std::optional<std::string_view> nearest = NearestName(text, stages_.Names());
    if (nearest && diagnostics_.error_count() > errors_before) {
      diagnostics_.Report(DiagnosticKind::kUnknownStage, range,
                          fmt::format("there is no stage `{}`, so an image of that name was looked "
                                      "for; did you mean the stage `{}`?",
                                      text, *nearest));
    }
    return std::nullopt;
  }
  const SourceTree tree{base->root, true};
  outside_trees_.emplace(text, tree);
  return tree;
}

void FileLowering::AddTarget(size_t index) {
  const Stage& stage = stages_.stages[index];
  const StageState& state = *states_[index];
  Target target;
  target.name = stage.Label();
  target.root = state.root;
  target.platform = state.platform;
  target.author = state.author;
  target.source_date_epoch = source_date_epoch_;
  target.epoch_of = epoch_of_;
  target.config = state.config;
  target.config.env = state.config_env.lines();
  for (const auto& [key, value] : options_.labels) target.config.labels[key] = value;
  target.history = state.history;
  builder_.AddTarget(std::move(target));
}

bool FileLowering::ChargeGraph(size_t size_bytes, const SourceRange& range) {
  const bool fits = graph_bytes_ <= kMaxGraphBytes;
  graph_bytes_ += size_bytes;
  if (graph_bytes_ <= kMaxGraphBytes) return true;
  if (fits) {
    diagnostics_.Report(DiagnosticKind::kLimitExceeded, range,
                        fmt::format("environments and history of this file take more than {} bytes",
                                    kMaxGraphBytes));
  }
  return false;
}

}  // namespace cooper
