// The text of a `--mount=` flag of RUN, before its meaning.

#ifndef COOPER_FRONTENDS_DOCKERFILE_OPERANDS_MOUNT_FIELDS_H_
#define COOPER_FRONTENDS_DOCKERFILE_OPERANDS_MOUNT_FIELDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "frontends/dockerfile/grammar/ast.h"

namespace cooper {

struct MountField {
  std::string key;  // lower case
  std::optional<std::string> value;
};

// `field` is one of the values between commas (SplitCsv).
MountField ReadMountField(std::string_view field);

// The `from=` of a mount, for the dependencies of its stage.
std::optional<std::string> MountFrom(const Flag& flag);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_OPERANDS_MOUNT_FIELDS_H_
