#include "ir/graph/ops.h"

#include <array>
#include <cstddef>
#include <type_traits>

#include "ir/graph/op_info.h"

namespace cooper {
namespace {

constexpr uint32_t kAny = kAnyInputs;

template <typename T>
Op Make() {
  return T{};
}

constexpr std::array kOps = {
#define COOPER_OP(type, name, inputs) OpInfo{name, inputs, &Make<type>},
#include "ir/graph/ops.def"
#undef COOPER_OP
};

// The table is read by variant index, so both lists must have one order.
enum OpIndex : size_t {
#define COOPER_OP(type, name, inputs) kIndexOf##type,
#include "ir/graph/ops.def"
#undef COOPER_OP
  kOpCount
};
static_assert(kOpCount == std::variant_size_v<Op>);
#define COOPER_OP(type, name, inputs) \
  static_assert(std::is_same_v<std::variant_alternative_t<kIndexOf##type, Op>, type>);
#include "ir/graph/ops.def"
#undef COOPER_OP

}  // namespace

std::span<const OpInfo> AllOps() { return kOps; }
const OpInfo& InfoOf(const Op& op) { return kOps[op.index()]; }

std::string_view OpName(const Op& op) { return InfoOf(op).name; }
bool IsSource(const Op& op) { return OpName(op).starts_with("source."); }

}  // namespace cooper
