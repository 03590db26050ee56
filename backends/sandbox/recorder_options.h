// What the recorder of a step has to know of the step.

#ifndef COOPER_BACKENDS_SANDBOX_RECORDER_OPTIONS_H_
#define COOPER_BACKENDS_SANDBOX_RECORDER_OPTIONS_H_

#include "backends/sandbox/ownership/recorder.h"
#include "backends/sandbox/sandbox.h"

namespace cooper {

RecorderOptions RecorderOptionsFor(const RunRequest& request, RecordedScope scope);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_RECORDER_OPTIONS_H_
