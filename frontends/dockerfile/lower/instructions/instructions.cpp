#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {

void LowerInstruction(const Instruction& instruction, StageLowering& stage) {
  switch (instruction.kind) {
    case InstructionKind::kAdd:
      return LowerAdd(instruction, stage);
    case InstructionKind::kArg:
      return LowerArg(instruction, stage);
    case InstructionKind::kCmd:
      return LowerCmd(instruction, stage);
    case InstructionKind::kCopy:
      return LowerCopy(instruction, stage);
    case InstructionKind::kEntrypoint:
      return LowerEntrypoint(instruction, stage);
    case InstructionKind::kEnv:
      return LowerEnv(instruction, stage);
    case InstructionKind::kExpose:
      return LowerExpose(instruction, stage);
    case InstructionKind::kHealthcheck:
      return LowerHealthcheck(instruction, stage);
    case InstructionKind::kLabel:
      return LowerLabel(instruction, stage);
    case InstructionKind::kMaintainer:
      return LowerMaintainer(instruction, stage);
    case InstructionKind::kOnbuild:
      return LowerOnbuild(instruction, stage);
    case InstructionKind::kRun:
      return LowerRun(instruction, stage);
    case InstructionKind::kShell:
      return LowerShell(instruction, stage);
    case InstructionKind::kStopsignal:
      return LowerStopsignal(instruction, stage);
    case InstructionKind::kUser:
      return LowerUser(instruction, stage);
    case InstructionKind::kVolume:
      return LowerVolume(instruction, stage);
    case InstructionKind::kWorkdir:
      return LowerWorkdir(instruction, stage);
    case InstructionKind::kFrom:     // begins a stage
    case InstructionKind::kUnknown:  // was reported
      return;
  }
}

}  // namespace cooper
