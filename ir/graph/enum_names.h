// The names that graph text uses for enumerators.

#ifndef COOPER_IR_GRAPH_ENUM_NAMES_H_
#define COOPER_IR_GRAPH_ENUM_NAMES_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "ir/graph/ops.h"

namespace cooper {

// Specialised for every enum that is a field of an op: `kNames` holds the name
// of each enumerator, in order.
template <typename E>
struct EnumNames {};

template <>
struct EnumNames<MountType> {
  static constexpr std::array<std::string_view, 5> kNames = {"bind", "cache", "tmpfs", "secret",
                                                             "ssh"};
};

template <>
struct EnumNames<CacheSharing> {
  static constexpr std::array<std::string_view, 3> kNames = {"shared", "private", "locked"};
};

template <>
struct EnumNames<NetworkMode> {
  static constexpr std::array<std::string_view, 3> kNames = {"default", "none", "host"};
};

template <>
struct EnumNames<SecurityMode> {
  static constexpr std::array<std::string_view, 2> kNames = {"sandbox", "insecure"};
};

template <typename E>
concept NamedEnum = requires { EnumNames<E>::kNames; };

template <NamedEnum E>
constexpr std::string_view NameOf(E value) {
  return EnumNames<E>::kNames[static_cast<size_t>(value)];
}

template <NamedEnum E>
constexpr std::optional<E> EnumFromName(std::string_view name) {
  for (size_t i = 0; i < EnumNames<E>::kNames.size(); ++i) {
    if (EnumNames<E>::kNames[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_ENUM_NAMES_H_
