// The `--device=` flags of RUN.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_RUN_DEVICE_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_RUN_DEVICE_H_

#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace cooper {

// `vendor.com/class=name[,required]` in the form of ExecOp::devices; the name may
// follow `name=`. The error is kInvalidFlag.
Result<std::string> ParseDevice(std::string_view text);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_RUN_DEVICE_H_
