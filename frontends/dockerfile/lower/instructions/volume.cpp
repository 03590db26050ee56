// VOLUME: a config value; the directory is neither made nor guarded.

#include <string>
#include <utility>
#include <vector>

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {

void LowerVolume(const Instruction& instruction, StageLowering& stage) {
  std::vector<std::string> volumes;
  bool ok = true;
  for (const Word& word : instruction.arguments) {
    std::optional<std::string> volume = stage.Expand(instruction, word);
    if (volume && volume->empty()) {
      stage.Report(DiagnosticKind::kInvalidArgument, instruction.RangeOf(word),
                   "VOLUME specified can not be an empty string");
    }
    ok = ok && volume && !volume->empty();
    if (ok) volumes.push_back(*std::move(volume));
  }
  if (!ok) return;
  std::string created_by = "VOLUME [";
  for (size_t i = 0; i < volumes.size(); ++i) created_by += (i > 0 ? " " : "") + volumes[i];
  stage.state().config.volumes.insert(volumes.begin(), volumes.end());
  stage.AddHistory(instruction, created_by + "]");
}

}  // namespace cooper
