#include "frontends/dockerfile/inspect/target_list.h"

#include "frontends/dockerfile/inspect/description.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/stages/stage.h"

namespace cooper {

std::vector<TargetInfo> ListTargets(const Dockerfile& dockerfile, DiagnosticEngine& diagnostics) {
  std::vector<TargetInfo> targets;
  const StageList list = ListStages(dockerfile, diagnostics);
  for (const Stage& stage : list.stages) {
    if (stage.malformed) continue;
    TargetInfo target;
    target.name = stage.name;
    target.description = DescriptionOf(*stage.from, stage.name);
    target.base = stage.from->arguments[0].text;
    const Flag* platform = FindFlag(*stage.from, "platform");
    if (platform != nullptr) target.platform = platform->value.value_or("");
    target.is_default = stage.index + 1 == list.stages.size();
    target.range = stage.from->WholeRange();
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace cooper
