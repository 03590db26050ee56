#include "frontends/dockerfile/inspect/description.h"

namespace cooper {

std::string DescriptionOf(const Instruction& instruction, std::string_view name) {
  if (name.empty()) return "";
  const std::string start = std::string(name) + " ";
  for (const std::string& comment : instruction.line->comments) {
    if (comment.starts_with(start)) return comment.substr(start.size());
  }
  return "";
}

}  // namespace cooper
