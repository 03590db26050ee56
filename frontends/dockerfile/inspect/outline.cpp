#include "frontends/dockerfile/inspect/outline.h"

#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <set>
#include <utility>

#include "frontends/dockerfile/inspect/description.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/operands/path.h"
#include "ir/text/csv.h"

namespace cooper {
namespace {

// Remembers what was looked up.
class RecordingScope final : public VariableScope {
 public:
  explicit RecordingScope(const VariableScope& scope) : scope_(scope) {}
  std::optional<std::string_view> Get(std::string_view name) const override {
    names.emplace(name);
    return scope_.Get(name);
  }
  mutable std::set<std::string, std::less<>> names;

 private:
  const VariableScope& scope_;
};

std::string_view NameOf(const Word& arg) {
  return std::string_view(arg.text).substr(0, arg.text.find('='));
}

template <typename T>
void SortByPlace(std::vector<T>& items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const T& a, const T& b) { return a.range < b.range; });
}

// Keeps the first entry of an id; one use that requires it makes it required.
void AddCredential(std::vector<Outline::Credential>& all, Outline::Credential one) {
  for (Outline::Credential& known : all) {
    if (known.id != one.id) continue;
    known.required |= one.required;
    return;
  }
  all.push_back(std::move(one));
}

}  // namespace

Outline OutlineCollector::Take() {
  SortByPlace(outline_.arguments);
  SortByPlace(outline_.secrets);
  SortByPlace(outline_.agents);
  SortByPlace(outline_.caches);
  return std::move(outline_);
}

void OutlineCollector::OnFile(const StageList& stages, const Environment& global_scope) {
  stages_ = &stages;
  global_scope_ = &global_scope;
  std::optional<size_t> target;
  if (!options_.targets.empty()) target = stages.FindLast(options_.targets.front());
  const Stage& stage = target ? stages.stages[*target] : stages.stages.back();
  outline_.name = stage.name;
  outline_.description = DescriptionOf(*stage.from, stage.name);
}

void OutlineCollector::OnStage(const Stage& stage, std::optional<size_t>) {
  AddGlobals(*stage.from, stage.from->arguments[0].text);
  const Flag* platform = FindFlag(*stage.from, "platform");
  if (platform != nullptr && platform->value) AddGlobals(*stage.from, *platform->value);
}

void OutlineCollector::OnInstruction(const Stage&, const Instruction& instruction,
                                     const StageState& before) {
  if (instruction.kind == InstructionKind::kArg) AddArguments(instruction, before);
  if (instruction.kind != InstructionKind::kRun) return;
  for (const Flag* mount : FindFlags(instruction, "mount")) {
    if (mount->value) AddMount(instruction, *mount, before);
  }
}

// The ARGs before the first FROM that `text` of a FROM line uses.
void OutlineCollector::AddGlobals(const Instruction& from, std::string_view text) {
  const RecordingScope scope(*global_scope_);
  WordExpander(scope, {.escape = from.line->escape, .budget = &budget_}).ExpandWord(text);
  for (const Instruction* arg : stages_->global_args) {
    for (const Word& word : arg->arguments) {
      const std::string_view name = NameOf(word);
      if (!scope.names.contains(name)) continue;
      const bool known =
          std::any_of(outline_.arguments.begin(), outline_.arguments.end(),
                      [&](const Outline::Argument& argument) { return argument.name == name; });
      if (known) continue;
      outline_.arguments.push_back({std::string(name), DescriptionOf(*arg, name),
                                    std::string(global_scope_->Get(name).value_or("")),
                                    arg->WholeRange()});
    }
  }
}

void OutlineCollector::AddArguments(const Instruction& arg, const StageState& before) {
  Environment env = before.env;
  for (const Word& word : arg.arguments) {
    const std::string name(NameOf(word));
    std::string value;
    const auto given = options_.build_args.find(name);
    if (given != options_.build_args.end()) {
      value = given->second;
    } else if (name.size() < word.text.size()) {
      value = WordExpander(env, {.escape = arg.line->escape, .budget = &budget_})
                  .ExpandWord(std::string_view(word.text).substr(name.size() + 1))
                  .text;
    } else {
      value = global_scope_->Get(name).value_or("");
    }
    env.Set(name, value);
    Outline::Argument argument{name, DescriptionOf(arg, name), value, arg.WholeRange()};
    const auto known =
        std::find_if(outline_.arguments.begin(), outline_.arguments.end(),
                     [&](const Outline::Argument& other) { return other.name == name; });
    if (known == outline_.arguments.end()) {
      outline_.arguments.push_back(std::move(argument));
    } else if (known->description.empty()) {
      known->description = argument.description;
    }
  }
}

void OutlineCollector::AddMount(const Instruction& run, const Flag& mount,
                                const StageState& before) {
  std::string type = "bind";
  std::string id;
  std::string target;
  bool required = false;
  for (const std::string& field : SplitCsv(*mount.value)) {
    const auto [raw_key, raw_value] = llvm::StringRef(field).split('=');
    const std::string key = raw_key.lower();
    const std::string value =
        WordExpander(before.env, {.escape = run.line->escape, .budget = &budget_})
            .ExpandWord(std::string_view(raw_value))
            .text;
    if (key == "type") type = value;
    if (key == "id") id = value;
    if (id.empty() && type == "secret" && (key == "source" || key == "src")) id = value;
    if (key == "target" || key == "dst" || key == "destination") target = value;
    if (key == "required") required = value != "false";
  }
  const SourceRange range = run.WholeRange();
  if (type == "secret") {
    if (id.empty()) id = target.substr(target.rfind('/') + 1);
    AddCredential(outline_.secrets, {id, required, range});
  } else if (type == "ssh") {
    AddCredential(outline_.agents, {id.empty() ? "default" : id, required, range});
  } else if (type == "cache") {
    if (id.empty()) {
      id = target.starts_with('/') ? CleanAbsolute(target)
                                   : JoinClean(before.config.working_dir, target);
    }
    const bool known = std::any_of(outline_.caches.begin(), outline_.caches.end(),
                                   [&](const Outline::Cache& cache) { return cache.id == id; });
    if (!known) outline_.caches.push_back({id, range});
  }
}

}  // namespace cooper
