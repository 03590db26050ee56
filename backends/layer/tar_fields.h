// The fields of one tar header block, read strictly: ustar, GNU tar and v7.

#ifndef COOPER_BACKENDS_LAYER_TAR_FIELDS_H_
#define COOPER_BACKENDS_LAYER_TAR_FIELDS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "backends/layer/tar_header.h"
#include "ir/base/result.h"

namespace cooper {

using TarBlock = std::span<const char, kTarBlock>;

struct TarFields {
  std::string name;  // ustar's prefix joined in front
  std::string link;
  char type = '0';
  uint64_t mode = 0;
  uint64_t uid = 0;
  uint64_t gid = 0;
  uint64_t size_bytes = 0;
  int64_t mtime = 0;
  uint64_t device_major = 0;
  uint64_t device_minor = 0;
};

bool IsZeroBlock(TarBlock block);
// Whether the checksum is right, computed over unsigned or, as old tars did, signed bytes.
bool HasTarChecksum(TarBlock block);

// kLayerInvalid for a wrong checksum and for numbers that are not octal or
// base-256, are negative (but for mtime) or have more than 63 bits.
Result<TarFields> ParseTarFields(TarBlock block);

// One numeric field, for the sparse maps of GNU tar.
Result<uint64_t> ParseTarNumber(std::string_view field, std::string_view what);

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_TAR_FIELDS_H_
