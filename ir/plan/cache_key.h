// The key under which a result is cached, and what it was made of.
//
// The components are kept so that a miss can be explained later: they are compared
// with those of a key that a former build had. All texts are as EscapeForTerminal gives them.

#ifndef COOPER_IR_PLAN_CACHE_KEY_H_
#define COOPER_IR_PLAN_CACHE_KEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/digest.h"

namespace cooper {

// A field of the op, by its name in graph text; those of the n-th mount are called
// "mount[n].target" and so on. Besides: "base" (the key of the first input), "input" (of
// another), "content" (of files of a context).
struct KeyComponent {
  std::string name;
  std::vector<std::string> values;  // of a list its elements, else one

  friend bool operator==(const KeyComponent&, const KeyComponent&) = default;
};

// A file of a context that a key covers.
struct KeyFile {
  std::string path;               // in the context
  std::string attributes;         // "file 0644 0:0", with link target and extended attributes
  std::optional<Digest> content;  // of a file that is not empty

  friend bool operator==(const KeyFile&, const KeyFile&) = default;
};

struct CacheKey {
  Digest digest;
  std::string kind;  // "exec", "file.copy"; "image" or "file" for a source with a pin
  std::vector<KeyComponent> components;
  std::vector<KeyFile> files;  // behind "content"; listed for steps that run, in tree order

  friend bool operator==(const CacheKey&, const CacheKey&) = default;
};

// Null if there is none.
const KeyComponent* FindComponent(const CacheKey& key, std::string_view name);

// All but the digest, as a line of JSON and back; nothing for what is no such line.
std::string CacheKeyToJson(const CacheKey& key);
std::optional<CacheKey> CacheKeyFromJson(const Digest& digest, std::string_view json);

}  // namespace cooper

#endif  // COOPER_IR_PLAN_CACHE_KEY_H_
