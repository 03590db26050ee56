// ARG: a variable of the build alone. `--build-arg` wins over the default, which
// wins over the global ARG of that name; the later of ARG and ENV counts.

#include <string>
#include <utility>

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

// These steer the builder and never reach a RUN.
bool IsBuilderOnly(std::string_view name) {
  return name == "BUILDKIT_SBOM_SCAN_CONTEXT" || name == "BUILDKIT_SBOM_SCAN_STAGE";
}

}  // namespace

void LowerArg(const Instruction& instruction, StageLowering& stage) {
  std::string created_by = "ARG";
  for (const Word& word : instruction.arguments) {
    // Unlike ENV, `ARG a=1 b=$a` sees the new `a`.
    const size_t equals = word.text.find('=');
    const bool has_default = equals != std::string::npos;
    const Word name_word{word.text.substr(0, equals), word.begin,
                         has_default ? word.begin + equals : word.end};
    const std::optional<std::string> name = stage.Expand(instruction, name_word);
    if (!name) return;
    if (name->empty()) {
      stage.Report(DiagnosticKind::kInvalidArgument, instruction.RangeOf(word),
                   "ARG names can not be blank");
      return;
    }
    std::optional<std::string> value;
    const auto given = stage.file().options().build_args.find(*name);
    if (given != stage.file().options().build_args.end()) {
      value = given->second;
    } else if (has_default) {
      value = stage.Expand(instruction,
                           {word.text.substr(equals + 1), word.begin + equals + 1, word.end});
      if (!value) return;
    } else if (const auto global = stage.file().global_scope().Get(*name)) {
      value = std::string(*global);
    }
    created_by += " " + *name;
    if (value) created_by += "=" + *value;
    if (IsBuilderOnly(*name)) continue;
    if (value) stage.state().env.Set(*name, *value);
    stage.state().args.push_back({*name, value.value_or("")});
  }
  stage.AddHistory(instruction, std::move(created_by));
}

}  // namespace cooper
