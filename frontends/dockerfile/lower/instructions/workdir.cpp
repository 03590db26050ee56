// WORKDIR: a config value, and a directory that exists from then on.

#include <string>
#include <utility>

#include "frontends/dockerfile/lower/instructions/instructions.h"
#include "frontends/dockerfile/operands/path.h"

namespace cooper {

void LowerWorkdir(const Instruction& instruction, StageLowering& stage) {
  const std::optional<std::string> path = stage.Expand(instruction, instruction.arguments[0]);
  if (!path) return;
  StageState& state = stage.state();
  // The config keeps an absolute path as it was written.
  std::string directory =
      path->starts_with('/') ? *path : JoinClean(state.config.working_dir, *path);
  const std::string clean = CleanAbsolute(directory);
  std::optional<VertexId> layer;
  if (clean != "/") {
    state.root =
        stage.AddVertex(instruction, "workdir",
                        FileMkdirOp{.path = clean, .chown = state.config.user}, {state.root});
    layer = state.root.vertex;
  }
  stage.AddHistory(instruction, "WORKDIR " + directory, layer);
  state.config.working_dir = std::move(directory);
}

}  // namespace cooper
