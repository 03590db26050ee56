// The `--mount=` flags of RUN.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_RUN_MOUNT_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_RUN_MOUNT_H_

#include <optional>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"
#include "frontends/dockerfile/lower/stage_lowering.h"
#include "ir/graph/ops.h"

namespace cooper {

// Lowers one flag; an ssh mount may come without a target. What the mount reads is appended to
// `inputs`, the inputs of the RUN's vertex. Nothing after a reported fault.
std::optional<Mount> LowerMount(const Instruction& instruction, const Flag& flag,
                                StageLowering& stage, std::vector<Edge>& inputs);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_RUN_MOUNT_H_
