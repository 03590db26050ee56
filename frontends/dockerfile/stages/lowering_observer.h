// What lowering tells about a file while it goes through it, for whoever wants to
// judge the text: variables in vain, bases, what a stage was before an instruction.
//
// The caller owns the observer; calls come from the thread that lowers. Arguments
// are borrowed for the call. Instructions of ONBUILD triggers are not told of:
// they stand in no file that the user can change.

#ifndef COOPER_FRONTENDS_DOCKERFILE_STAGES_LOWERING_OBSERVER_H_
#define COOPER_FRONTENDS_DOCKERFILE_STAGES_LOWERING_OBSERVER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"
#include "frontends/dockerfile/stages/environment.h"
#include "frontends/dockerfile/stages/stage.h"
#include "frontends/dockerfile/stages/stage_state.h"

namespace cooper {

class LoweringObserver {
 public:
  virtual ~LoweringObserver() = default;

  // All stages, and the variables of their FROM lines, before one is lowered.
  virtual void OnFile(const StageList& /*stages*/, const Environment& /*global_scope*/) {}

  // A needed stage begins; `parent` is the stage that it is FROM, if it is one.
  virtual void OnStage(const Stage& /*stage*/, std::optional<size_t> /*parent*/) {}

  // The image `name` that `stage` is FROM was found for platform `found`, where
  // `wanted` was asked for.
  virtual void OnBaseImage(const Stage& /*stage*/, const std::string& /*name*/,
                           const Platform& /*wanted*/, const Platform& /*found*/) {}

  // A well-formed instruction of a needed stage, and what the stage is before it.
  virtual void OnInstruction(const Stage& /*stage*/, const Instruction& /*instruction*/,
                             const StageState& /*before*/) {}

  // A word at `range` names variables that are not set.
  virtual void OnUnset(const Stage& /*stage*/, const Instruction& /*instruction*/,
                       const SourceRange& /*range*/, const std::vector<std::string>& /*names*/,
                       const StageState& /*state*/) {}
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_STAGES_LOWERING_OBSERVER_H_
