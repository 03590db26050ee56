// A step that shows whether a rung works: capability bits, version numbers and
// sysctls do not tell (security modules and seccomp profiles decide per call).

#ifndef COOPER_BACKENDS_SANDBOX_TRIAL_STEP_H_
#define COOPER_BACKENDS_SANDBOX_TRIAL_STEP_H_

#include <string>
#include <vector>

#include "backends/sandbox/request_writer.h"
#include "backends/sandbox/runner_binary.h"
#include "ir/base/result.h"

namespace cooper {

struct TrialOutcome {
  std::vector<std::string> notes;  // what had to be done without, one line each
  // Steps see the processes of one another in /proc, and what those see: their roots,
  // environments and mounts.
  bool shares_proc = false;
  // Why there can be no overlay mount; nothing else was tried then.
  std::string overlay_refusal;
};

// Runs the helper's self-test in a throw-away root of the form, kOverlay or kPlain, below
// `directory`, and looks at the layer that it leaves. An error says what does not work
// and what to change.
Result<TrialOutcome> TryStep(const RunnerBinary& runner, const StepSurroundings& surroundings,
                             RootForm form, const std::string& directory);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_TRIAL_STEP_H_
