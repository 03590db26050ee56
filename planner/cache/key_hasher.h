// Hashes the fields of an op into a cache key.

#ifndef COOPER_PLANNER_CACHE_KEY_HASHER_H_
#define COOPER_PLANNER_CACHE_KEY_HASHER_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/sha256.h"
#include "ir/graph/enum_names.h"
#include "ir/image/platform.h"

namespace cooper {

// Every field is framed with its name in front, and one that is empty, zero or
// absent is left out: an op can gain a field without changing the keys of ops
// that do not use it.
class KeyHasher {
 public:
  // Changes when what a key covers, or how a step is done, changes its meaning.
  static constexpr std::string_view kVersion = "cooper cache key 2";

  explicit KeyHasher(std::string_view kind) {
    hash_.UpdateFramed(kVersion);
    hash_.UpdateFramed(kind);
  }

  void Add(std::string_view name, const std::string& value) {
    if (!value.empty()) AddText(name, value);
  }
  void Add(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    AddNumber(name, values.size());
    for (const std::string& value : values) hash_.UpdateFramed(value);
  }
  void Add(std::string_view name, const Digest& value) { AddText(name, value.ToString()); }
  void Add(std::string_view name, const Platform& value) { AddText(name, value.ToString()); }
  void Add(std::string_view name, std::unsigned_integral auto value) {
    if (value != 0) AddNumber(name, value);
  }
  template <NamedEnum T>
  void Add(std::string_view name, T value) {
    if (value != T{}) AddText(name, NameOf(value));
  }
  // A value that is there counts even if it is empty or zero.
  template <typename T>
  void Add(std::string_view name, const std::optional<T>& value) {
    if (!value) return;
    AddNumber(name, 1);
    Add("value", *value);
  }

  Digest Finish() { return hash_.Finish(); }

 private:
  void AddText(std::string_view name, std::string_view value) {
    hash_.UpdateFramed(name);
    hash_.UpdateFramed(value);
  }
  void AddNumber(std::string_view name, uint64_t value) {
    hash_.UpdateFramed(name);
    hash_.UpdateFramed(value);
  }

  Sha256 hash_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_KEY_HASHER_H_
