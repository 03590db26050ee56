#include "cli/flags/limit_flags.h"

#include <CLI/CLI.hpp>

#include "cli/flags/flag_values.h"
#include "cli/flags/parse_words.h"
#include "cli/flags/quantities.h"

namespace cooper {

void AddLimitFlags(CLI::App& app, RawLimits& raw) {
  const std::string group = "Limits";
  AddValue(app, "--max-layer-size", raw.layer_size, "SIZE", "Of a layer, expanded (default: 64GiB)")
      .group(group);
  AddValue(app, "--max-layer-entries", raw.layer_entries, "N",
           "Files in a layer (default: 10000000)")
      .group(group);
  AddValue(app, "--max-unpack-memory", raw.memory, "SIZE",
           "Memory for reading layers (default: 4GiB)")
      .group(group);
}

Status FinishLimits(const RawLimits& raw, UnpackOptions& unpack) {
  if (!raw.layer_size.empty()) {
    COOPER_ASSIGN_OR_RETURN(unpack.limits.expanded_bytes,
                            ParseByteSize("--max-layer-size", raw.layer_size));
  }
  if (!raw.layer_entries.empty()) {
    COOPER_ASSIGN_OR_RETURN(
        unpack.limits.entries,
        ParseNumber("--max-layer-entries", raw.layer_entries, 1, 1'000'000'000));
  }
  if (!raw.memory.empty()) {
    COOPER_ASSIGN_OR_RETURN(unpack.memory_bytes, ParseByteSize("--max-unpack-memory", raw.memory));
  }
  return Ok();
}

}  // namespace cooper
