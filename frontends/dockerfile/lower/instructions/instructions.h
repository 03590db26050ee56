// How each instruction changes its stage: one function an instruction, listed by
// kind in instructions.cpp.
//
// CheckInstruction has passed: flags are known and well-formed, required
// arguments are there. Faults go to the stage's diagnostics and leave its state
// as it was.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_INSTRUCTIONS_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_INSTRUCTIONS_H_

#include "frontends/dockerfile/grammar/ast.h"
#include "frontends/dockerfile/lower/stage_lowering.h"

namespace cooper {

// Dispatches by kind.
void LowerInstruction(const Instruction& instruction, StageLowering& stage);

void LowerAdd(const Instruction& instruction, StageLowering& stage);
void LowerArg(const Instruction& instruction, StageLowering& stage);
void LowerCmd(const Instruction& instruction, StageLowering& stage);
void LowerCopy(const Instruction& instruction, StageLowering& stage);
void LowerEntrypoint(const Instruction& instruction, StageLowering& stage);
void LowerEnv(const Instruction& instruction, StageLowering& stage);
void LowerExpose(const Instruction& instruction, StageLowering& stage);
void LowerHealthcheck(const Instruction& instruction, StageLowering& stage);
void LowerLabel(const Instruction& instruction, StageLowering& stage);
void LowerMaintainer(const Instruction& instruction, StageLowering& stage);
void LowerOnbuild(const Instruction& instruction, StageLowering& stage);
void LowerRun(const Instruction& instruction, StageLowering& stage);
void LowerShell(const Instruction& instruction, StageLowering& stage);
void LowerStopsignal(const Instruction& instruction, StageLowering& stage);
void LowerUser(const Instruction& instruction, StageLowering& stage);
void LowerVolume(const Instruction& instruction, StageLowering& stage);
void LowerWorkdir(const Instruction& instruction, StageLowering& stage);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_INSTRUCTIONS_H_
