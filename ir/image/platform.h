// The system that an image is for (OCI image-spec, image-index.md, "platform").

#ifndef COOPER_IR_IMAGE_PLATFORM_H_
#define COOPER_IR_IMAGE_PLATFORM_H_

#include <compare>
#include <string>
#include <string_view>

#include "ir/base/result.h"

namespace cooper {

struct Platform {
  std::string os;            // "linux"
  std::string architecture;  // GOARCH: "amd64", "arm64"
  std::string variant;       // "v7"; empty where the architecture has none

  // The platform of this machine.
  static Platform Host();
  // "linux/amd64", "linux/arm/v7", or an os or architecture alone, completed
  // from the host; spellings such as "x86_64" and "aarch64" are normalised the
  // way containerd's platforms package does.
  static Result<Platform> Parse(std::string_view text);

  std::string ToString() const;  // "linux/arm/v7"

  // Whether an image made for `*this` runs where `wanted` was asked for; arm64
  // and arm64/v8 are the same.
  bool Satisfies(const Platform& wanted) const;

  friend auto operator<=>(const Platform&, const Platform&) = default;
};

}  // namespace cooper

#endif  // COOPER_IR_IMAGE_PLATFORM_H_
