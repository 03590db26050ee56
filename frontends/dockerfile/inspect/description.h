// Comments that describe what stands below them.

#ifndef COOPER_FRONTENDS_DOCKERFILE_INSPECT_DESCRIPTION_H_
#define COOPER_FRONTENDS_DOCKERFILE_INSPECT_DESCRIPTION_H_

#include <string>
#include <string_view>

#include "frontends/dockerfile/grammar/ast.h"

namespace cooper {

// The text of the comment `# NAME text` above the instruction; empty without one.
std::string DescriptionOf(const Instruction& instruction, std::string_view name);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_INSPECT_DESCRIPTION_H_
