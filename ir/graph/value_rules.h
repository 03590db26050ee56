// The domains of values in a build graph, as messages about what breaks them.

#ifndef COOPER_IR_GRAPH_VALUE_RULES_H_
#define COOPER_IR_GRAPH_VALUE_RULES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ir/graph/ops.h"

namespace cooper {

// What is wrong, or nothing.
using Fault = std::optional<std::string>;

// Whether `name` is words of [a-z0-9_-] joined by dots.
bool IsVertexName(std::string_view name);

// Starts with `/` and has no empty, `.` or `..` part and no trailing `/`.
bool IsCleanAbsolutePath(std::string_view path);

// The op's fields without those of its mounts. Inputs are not looked at.
Fault CheckOp(const Op& op);
// The fields that the mount's type knows, and their values.
Fault CheckMount(const Mount& mount);
// The names of the fields that a type of mount knows, `from` included.
std::span<const std::string_view> MountFieldsOf(MountType type);
Fault CheckPlatform(const Platform& platform);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_VALUE_RULES_H_
