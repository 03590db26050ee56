// Hashes the fields of an op into a cache key, and remembers them.

#ifndef COOPER_PLANNER_CACHE_KEY_HASHER_H_
#define COOPER_PLANNER_CACHE_KEY_HASHER_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/sha256.h"
#include "ir/graph/enum_names.h"
#include "ir/image/platform.h"
#include "ir/plan/cache_key.h"
#include "ir/text/text.h"

namespace cooper {

// Every field is framed with its name in front, and one that is empty, zero or
// absent is left out: an op can gain a field without changing the keys of ops
// that do not use it.
class KeyHasher {
 public:
  // Changes when what a key covers, or how a step is done, changes its meaning.
  static constexpr std::string_view kVersion = "cooper cache key 2";

  explicit KeyHasher(std::string_view kind) {
    key_.kind = kind;
    hash_.UpdateFramed(kVersion);
    hash_.UpdateFramed(kind);
  }

  template <typename T>
  void Add(std::string_view name, const T& value) {
    AddAs(name.empty() ? "name" : name, name, value);
  }
  // Explanations call the field `shown`.
  template <typename T>
  void AddAs(std::string_view shown, std::string_view name, const T& value) {
    KeyComponent component{.name = part_ + std::string(shown), .values = {}};
    if (Hash(name, value, component.values)) key_.components.push_back(std::move(component));
  }

  // What follows belongs to the `number`-th of several alike, which count from 1.
  void BeginPart(std::string_view name, uint64_t number) {
    HashNumber(name, number);
    part_ = std::string(name) + "[" + std::to_string(number) + "].";
  }

  CacheKey Finish() {
    key_.digest = hash_.Finish();
    return std::move(key_);
  }

 private:
  using Values = std::vector<std::string>;

  // Each says whether there is something; `values` gets it in words.
  bool Hash(std::string_view name, const std::string& value, Values& values) {
    return !value.empty() && HashText(name, value, values);
  }
  bool Hash(std::string_view name, const std::vector<std::string>& list, Values& values) {
    if (list.empty()) return false;
    HashNumber(name, list.size());
    for (const std::string& value : list) {
      hash_.UpdateFramed(value);
      values.push_back(InWords(value));
    }
    return true;
  }
  bool Hash(std::string_view name, const Digest& value, Values& values) {
    return HashText(name, value.ToString(), values);
  }
  bool Hash(std::string_view name, const Platform& value, Values& values) {
    return HashText(name, value.ToString(), values);
  }
  bool Hash(std::string_view name, std::unsigned_integral auto value, Values& values) {
    if (value == 0) return false;
    HashNumber(name, value);
    values.push_back(std::to_string(value));
    return true;
  }
  template <NamedEnum T>
  bool Hash(std::string_view name, T value, Values& values) {
    return value != T{} && HashText(name, NameOf(value), values);
  }
  // A value that is there counts even if it is empty or zero.
  template <typename T>
  bool Hash(std::string_view name, const std::optional<T>& value, Values& values) {
    if (!value) return false;
    HashNumber(name, 1);
    if (!Hash("value", *value, values)) values.emplace_back();
    return true;
  }

  bool HashText(std::string_view name, std::string_view value, Values& values) {
    hash_.UpdateFramed(name);
    hash_.UpdateFramed(value);
    values.push_back(InWords(value));
    return true;
  }
  // What is too long to be remembered is told apart by its digest.
  static std::string InWords(std::string_view value) {
    constexpr size_t kLongest = 4096;
    if (value.size() <= kLongest) return EscapeForTerminal(value);
    return std::to_string(value.size()) + " bytes, " + Digest::Of(value).ToString();
  }
  void HashNumber(std::string_view name, uint64_t value) {
    hash_.UpdateFramed(name);
    hash_.UpdateFramed(value);
  }

  Sha256 hash_;
  CacheKey key_;
  std::string part_;  // in front of the names of components
};

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_KEY_HASHER_H_
