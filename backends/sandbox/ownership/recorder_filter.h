// The seccomp filter that tells cooper of the calls which one id cannot do.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDER_FILTER_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDER_FILTER_H_

#include <string>

#include "backends/sandbox/ownership/recorded_calls.h"
#include "ir/base/result.h"

namespace cooper {

// A program (struct sock_filter[]) that passes all calls but those of the native
// architecture that the recorder answers; 32-bit programs of a 64-bit machine are not
// recorded. kSandbox when libseccomp refuses.
Result<std::string> CompileRecorderFilter(RecordedScope scope);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDER_FILTER_H_
