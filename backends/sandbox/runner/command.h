// The last part of the helper: gives up what a step may not have and becomes the
// step's command.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_COMMAND_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_COMMAND_H_

#include "backends/sandbox/runner/request.h"

namespace cooper::runner {

// `null_device` becomes standard input, `cwd` (O_PATH) the working directory.
[[noreturn]] void BecomeCommand(const Request& request, int null_device, int cwd);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_COMMAND_H_
