// One run of cooper-runner: starts it, passes on what the step writes, and
// understands its reports.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_PROCESS_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_PROCESS_H_

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/sandbox.h"
#include "ir/base/result.h"

namespace cooper {

// A call that failed while a step was set up.
struct RunnerFault {
  std::string step;  // of the setting up, such as "overlay"
  std::string call;
  std::string target;
  int error_number = 0;
};

struct RunnerReport {
  std::optional<int> exit_status;
  std::optional<RunnerFault> fault;  // the command did not start
  struct NotExecuted {
    std::string program;
    int error_number;
  };
  std::optional<NotExecuted> not_executed;
  std::vector<std::string> stubs;
  std::vector<RunnerFault> notes;  // done without; `step` is empty
};

// "overlay: mount `/x`: invalid argument".
std::string Describe(const RunnerFault& fault);

// Reads the bytes of a report pipe. An incomplete report at the end is left out.
RunnerReport ParseRunnerReport(std::string_view bytes);

// Returns once every process of the step is dead. Errors as Sandbox::Run, but a
// fault is part of the report.
//
// `recorder`, if there is one, becomes the helper's kRecorderFd and is closed here.
Result<RunnerReport> RunRunner(const std::string& program, std::string_view request,
                               ScopedFd* recorder, LogSink& log, std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_PROCESS_H_
