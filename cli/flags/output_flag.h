// The value of `--output`.

#ifndef COOPER_CLI_FLAGS_OUTPUT_FLAG_H_
#define COOPER_CLI_FLAGS_OUTPUT_FLAG_H_

#include <string_view>

#include "cli/options/output_spec.h"
#include "ir/base/result.h"

namespace cooper {

// The value of one `--output`, with buildx's keys: type, dest, name, tar, push,
// rewrite-timestamp.
// A value without `=` is a path: the type is then `oci`. kUsage for a key or type
// that is not known or not supported yet.
Result<OutputSpec> ParseOutputSpec(std::string_view text);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_OUTPUT_FLAG_H_
