// The processes that come from this one, where no pid namespace holds them.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_DESCENDANTS_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_DESCENDANTS_H_

namespace cooper::runner {

// Kills and reaps all of them, also those that fork while that goes on. This process
// must be a subreaper and see /proc; where it does not, its children alone are found.
void KillDescendants();

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_DESCENDANTS_H_
