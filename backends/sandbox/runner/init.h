// Process 1 of a step's pid namespace: builds the root and becomes the command, as a
// container's first process does. When it ends, the kernel kills the rest.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_INIT_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_INIT_H_

#include "backends/sandbox/runner/request.h"

namespace cooper::runner {

// `lifeline` is the read end of a pipe whose only writer is the supervisor.
[[noreturn]] void RunInit(const Request& request, int lifeline);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_INIT_H_
