// Checks of an instruction that need neither variables nor images: they are made
// for every stage, also for those that are not built.

#ifndef COOPER_FRONTENDS_DOCKERFILE_OPERANDS_INSTRUCTION_CHECKER_H_
#define COOPER_FRONTENDS_DOCKERFILE_OPERANDS_INSTRUCTION_CHECKER_H_

#include "frontends/dockerfile/grammar/ast.h"
#include "ir/base/diagnostic_engine.h"

namespace cooper {

// Keyword, flags and number of arguments. FROM's arguments are ListStages' matter.
void CheckInstruction(const Instruction& instruction, DiagnosticEngine& diagnostics);

// What ONBUILD may not hold, when written and when it comes with a base image.
void CheckTrigger(const Instruction& trigger, DiagnosticEngine& diagnostics);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_OPERANDS_INSTRUCTION_CHECKER_H_
