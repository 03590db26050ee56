// MAINTAINER: the author of the image.

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {

void LowerMaintainer(const Instruction& instruction, StageLowering& stage) {
  stage.state().author = instruction.arguments[0].text;
  stage.AddHistory(instruction, "MAINTAINER " + instruction.arguments[0].text);
}

}  // namespace cooper
