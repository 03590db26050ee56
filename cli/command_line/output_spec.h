// `--output type=oci,dest=out.tar`: where a finished image goes.

#ifndef COOPER_CLI_COMMAND_LINE_OUTPUT_SPEC_H_
#define COOPER_CLI_COMMAND_LINE_OUTPUT_SPEC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/image/media_type.h"

namespace cooper {

enum class OutputType : uint8_t { kOciTar, kDockerTar, kLayout, kRegistry, kCacheOnly };

struct OutputSpec {
  OutputType type = OutputType::kOciTar;
  std::string destination;         // path, or "-" for standard output
  std::vector<std::string> names;  // image references
  bool rewrite_timestamp = false;  // no file of the new layers is later than SOURCE_DATE_EPOCH
};

// The value of one `--output`, with buildx's keys: type, dest, name, tar, push,
// rewrite-timestamp.
// A value without `=` is a path: the type is then `oci`. kUsage for a key or type
// that is not known or not supported yet.
Result<OutputSpec> ParseOutputSpec(std::string_view text);

}  // namespace cooper

#endif  // COOPER_CLI_COMMAND_LINE_OUTPUT_SPEC_H_
