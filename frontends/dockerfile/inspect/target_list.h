// The stages of a Dockerfile as things to build, without looking into them.

#ifndef COOPER_FRONTENDS_DOCKERFILE_INSPECT_TARGET_LIST_H_
#define COOPER_FRONTENDS_DOCKERFILE_INSPECT_TARGET_LIST_H_

#include <string>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_range.h"

namespace cooper {

struct TargetInfo {
  std::string name;         // may be empty
  std::string description;  // of the comment above FROM
  std::string base;         // as written
  std::string platform;     // as written
  bool is_default = false;
  SourceRange range;  // of FROM
};

// In the order of the file. Faults of FROM lines go to `diagnostics`.
std::vector<TargetInfo> ListTargets(const Dockerfile& dockerfile, DiagnosticEngine& diagnostics);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_INSPECT_TARGET_LIST_H_
