// What ops.def says of each op, as a table for code that handles ops by name.

#ifndef COOPER_IR_GRAPH_OP_INFO_H_
#define COOPER_IR_GRAPH_OP_INFO_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "ir/graph/ops.h"

namespace cooper {

// Any number of inputs, but at least one.
inline constexpr uint32_t kAnyInputs = UINT32_MAX;

struct OpInfo {
  std::string_view name;  // in graph text
  uint32_t inputs;        // before those of mounts, or kAnyInputs
  Op (*make)();           // the op with default fields
};

// By the index of the alternative in Op.
std::span<const OpInfo> AllOps();
const OpInfo& InfoOf(const Op& op);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_OP_INFO_H_
