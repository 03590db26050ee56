// The variables of FROM lines: what the builder knows, and the ARGs before the
// first FROM.

#ifndef COOPER_FRONTENDS_DOCKERFILE_STAGES_GLOBAL_SCOPE_H_
#define COOPER_FRONTENDS_DOCKERFILE_STAGES_GLOBAL_SCOPE_H_

#include <string_view>
#include <vector>

#include "frontends/dockerfile/expand/word_expander.h"
#include "frontends/dockerfile/stages/environment.h"
#include "frontends/dockerfile/stages/stage.h"
#include "frontends/frontend.h"
#include "ir/base/diagnostic_engine.h"

namespace cooper {

// `target_stage` is the value of TARGETSTAGE. Faults of the defaults go to
// `diagnostics`; what they expand to is taken from `budget`.
Environment MakeGlobalScope(const StageList& stages, const FrontendOptions& options,
                            std::string_view target_stage, ExpansionBudget& budget,
                            DiagnosticEngine& diagnostics);

// The proxy variables need no ARG: `HTTP_PROXY` and `http_proxy` for either of
// them, nothing when `name` is none.
std::vector<std::string_view> ProxySpellings(std::string_view name);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_STAGES_GLOBAL_SCOPE_H_
