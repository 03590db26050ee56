// ONBUILD: an instruction for the images built on this one, stored as text. It
// writes no history.

#include <string>
#include <utility>

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {

void LowerOnbuild(const Instruction& instruction, StageLowering& stage) {
  const std::string& line = instruction.line->text;
  const size_t end = line.find_last_not_of(" \t\r\n\v\f") + 1;
  const size_t begin = instruction.trigger->keyword.begin;
  std::string text = line.substr(begin, end - begin);
  for (const Heredoc& heredoc : instruction.heredocs()) {
    text += "\n" + heredoc.content + heredoc.name;
  }
  stage.state().config.on_build.push_back(std::move(text));
}

}  // namespace cooper
