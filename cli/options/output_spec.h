// `--output type=oci,dest=out.tar`: where a finished image goes.

#ifndef COOPER_CLI_OPTIONS_OUTPUT_SPEC_H_
#define COOPER_CLI_OPTIONS_OUTPUT_SPEC_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cooper {

enum class OutputType : uint8_t { kOciTar, kDockerTar, kLayout, kRegistry, kCacheOnly };

struct OutputSpec {
  OutputType type = OutputType::kOciTar;
  std::string destination;         // path, or "-" for standard output
  std::vector<std::string> names;  // image references
  bool rewrite_timestamp = false;  // no file of the new layers is later than SOURCE_DATE_EPOCH
};

}  // namespace cooper

#endif  // COOPER_CLI_OPTIONS_OUTPUT_SPEC_H_
