// From `--output` values to exporters.

#ifndef COOPER_CLI_OUTPUTS_H_
#define COOPER_CLI_OUTPUTS_H_

#include <memory>
#include <vector>

#include "backends/export/exporter.h"
#include "cli/options/output_spec.h"
#include "cli/workshop.h"
#include "ir/base/result.h"

namespace cooper {

// One exporter per file and one per registry reference. Checks what can be
// checked before a build: references parse, a push has a name.
Result<std::vector<std::unique_ptr<Exporter>>> MakeExporters(const std::vector<OutputSpec>& outputs,
                                                             Workshop& workshop);

}  // namespace cooper

#endif  // COOPER_CLI_OUTPUTS_H_
