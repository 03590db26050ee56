// Finds the RUN helper `cooper-runner` and keeps a copy that no step can change.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_BINARY_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_BINARY_H_

#include <string>

#include "backends/store/directory/file_calls.h"
#include "ir/base/result.h"

namespace cooper {

struct RunnerBinary {
  ScopedFd file;
  std::string path;  // for posix_spawn; valid while `file` is open
};

// Looks at COOPER_RUNNER, beside this program, and in ../libexec/cooper. The copy
// is in sealed memory where the system lets such memory be executed (a step that
// got hold of /proc/PID/exe could otherwise overwrite the program, CVE-2019-5736).
Result<RunnerBinary> OpenRunnerBinary();

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_BINARY_H_
