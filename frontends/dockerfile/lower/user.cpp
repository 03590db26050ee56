// USER: kept as written; looked up in the image when a RUN starts.

#include <string>
#include <utility>

#include "frontends/dockerfile/lower/instructions.h"

namespace cooper {

void LowerUser(const Instruction& instruction, StageLowering& stage) {
  std::optional<std::string> user = stage.Expand(instruction, instruction.arguments[0]);
  if (!user) return;
  stage.AddHistory(instruction, "USER " + *user);
  stage.state().config.user = *std::move(user);
}

}  // namespace cooper
