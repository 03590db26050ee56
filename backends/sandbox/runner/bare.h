// A step without namespaces: in a root of its own (chroot), or in the root that the
// builder has. Its processes are found and killed as descendants.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_BARE_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_BARE_H_

#include <signal.h>

#include "backends/sandbox/runner/request.h"

namespace cooper::runner {

// Runs the command and returns the supervisor's exit status once every process of the
// step is dead. `signals` are SIGTERM, a stop, and SIGCHLD, both blocked.
int SuperviseBare(const Request& request, const sigset_t& signals);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_BARE_H_
