// Which builds are compared with one another.

#ifndef COOPER_CLI_HISTORY_PROJECT_H_
#define COOPER_CLI_HISTORY_PROJECT_H_

#include "cli/options/options.h"
#include "ir/base/digest.h"

namespace cooper {

// The same for builds of one Dockerfile in one place, and in places whose last two
// directories have the same names: CI clones a project where there is room.
Digest ProjectOf(const InputOptions& options);

}  // namespace cooper

#endif  // COOPER_CLI_HISTORY_PROJECT_H_
