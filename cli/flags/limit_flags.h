// The flags that limit what images may take.

#ifndef COOPER_CLI_FLAGS_LIMIT_FLAGS_H_
#define COOPER_CLI_FLAGS_LIMIT_FLAGS_H_

#include <string>

#include "backends/unpack/unpack_process.h"
#include "ir/base/result.h"

namespace CLI {
class App;
}  // namespace CLI

namespace cooper {

// The values as they were typed; empty: the default.
struct RawLimits {
  std::string layer_size;
  std::string layer_entries;
  std::string memory;
};

// `raw` is borrowed until the words are parsed.
void AddLimitFlags(CLI::App& app, RawLimits& raw);
Status FinishLimits(const RawLimits& raw, UnpackOptions& unpack);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_LIMIT_FLAGS_H_
