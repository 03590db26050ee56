// The stages of a Dockerfile, before anything is lowered.
//
// A stage list borrows the syntax tree; values otherwise.

#ifndef COOPER_FRONTENDS_DOCKERFILE_STAGES_STAGE_H_
#define COOPER_FRONTENDS_DOCKERFILE_STAGES_STAGE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"
#include "ir/base/diagnostic_engine.h"

namespace cooper {

inline constexpr size_t kMaxStages = 1'000;

struct Stage {
  size_t index = 0;
  std::string name;  // lower case; empty when it has none
  const Instruction* from = nullptr;
  bool malformed = false;                        // FROM had a fault, which was reported
  std::vector<const Instruction*> instructions;  // after FROM

  // For vertices and targets: the name, or `stage3`.
  std::string Label() const { return name.empty() ? "stage" + std::to_string(index) : name; }
};

struct StageList {
  std::vector<const Instruction*> global_args;  // the ARGs before the first FROM
  std::vector<Stage> stages;

  // The last stage of that name in any case, as COPY --from and --target look it up.
  std::optional<size_t> FindLast(std::string_view name) const;
  // The nearest one before stage `before` whose name is exactly `name`, as FROM
  // looks it up.
  std::optional<size_t> FindBefore(std::string_view name, size_t before) const;
  // The names, for suggestions.
  std::vector<std::string_view> Names() const;
};

// Faults (an instruction before the first FROM, a bad name, no FROM at all) go
// to `diagnostics`.
StageList ListStages(const Dockerfile& dockerfile, DiagnosticEngine& diagnostics);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_STAGES_STAGE_H_
