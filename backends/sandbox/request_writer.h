// Writes the request that cooper-runner reads (runner/protocol.h).

#ifndef COOPER_BACKENDS_SANDBOX_REQUEST_WRITER_H_
#define COOPER_BACKENDS_SANDBOX_REQUEST_WRITER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backends/sandbox/ownership/recorded_calls.h"
#include "backends/sandbox/runner/protocol.h"
#include "backends/sandbox/sandbox.h"

namespace cooper {

// What steps have in common; owned by the Sandbox.
struct StepSurroundings {
  std::string scratch_dir;
  // Lowest layer of every root, on the file system of the store: the places of the
  // system mounts, so that most steps leave no stub in their layer.
  std::string base_dir;
  std::string seccomp;
  std::optional<RecordedScope> recorded;  // what cooper answers for the step
  std::string recorder;                   // the filter of that
  std::string resolv_conf;                // the environment's
  bool user_namespace = false;
  bool one_id() const { return recorded == RecordedScope::kOwners; }
  bool bare = false;  // no namespaces and no mounts
};

// Whether cooper answers calls of this step. An insecure one has no filter that it can do
// without.
bool IsRecorded(const RunRequest& request, const StepSurroundings& common);

// kSandbox when a text of the request has a NUL byte or a number is out of range.
Result<std::string> WriteRunnerRequest(const RunRequest& request, const StepSurroundings& common);

// /etc/hosts of a step. kInvalidArgument for an extra host that is not "name=address".
Result<std::string> HostsFile(const RunRequest& request);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_REQUEST_WRITER_H_
