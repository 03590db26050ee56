// The variables of FROM lines: what the builder knows, and the ARGs before the
// first FROM.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_GLOBAL_SCOPE_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_GLOBAL_SCOPE_H_

#include <string_view>

#include "frontends/dockerfile/lower/environment.h"
#include "frontends/dockerfile/lower/stage.h"
#include "frontends/frontend.h"
#include "ir/base/diagnostic_engine.h"

namespace cooper {

// `target_stage` is the value of TARGETSTAGE. Faults of the defaults go to
// `diagnostics`.
Environment MakeGlobalScope(const StageList& stages, const FrontendOptions& options,
                            std::string_view target_stage, DiagnosticEngine& diagnostics);

// Whether `name` is one of the proxy variables, which need no ARG.
bool IsProxyVariable(std::string_view name);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_GLOBAL_SCOPE_H_
