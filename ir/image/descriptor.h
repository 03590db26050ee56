// A reference to content by digest (OCI image-spec, descriptor.md).

#ifndef COOPER_IR_IMAGE_DESCRIPTOR_H_
#define COOPER_IR_IMAGE_DESCRIPTOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "ir/base/digest.h"
#include "ir/image/platform.h"

namespace cooper {

struct Descriptor {
  std::string media_type;
  Digest digest;
  uint64_t size_bytes = 0;
  std::map<std::string, std::string> annotations;
  std::optional<Platform> platform;

  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

}  // namespace cooper

#endif  // COOPER_IR_IMAGE_DESCRIPTOR_H_
