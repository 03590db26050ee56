// Follows symbolic links inside a tree that exists only as entries.
//
// Purely lexical over a look-up, so that merged layers and what an op has just
// planned resolve alike. Stateless.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_LINK_RESOLVER_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_LINK_RESOLVER_H_

#include <optional>
#include <string>
#include <string_view>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace cooper {

// Sees the entry at a clean path itself, without following links.
using EntryLookup = llvm::function_ref<std::optional<TreeEntry>(std::string_view path)>;

// The clean path that `path` reaches: links in every parent are followed, and in
// the last name when `follow_last`. Parts that do not exist stay as they are;
// `..` and absolute links stop at the root. kLimitExceeded beyond `max_links`.
Result<std::string> ResolveLinks(std::string_view path, bool follow_last, int max_links,
                                 EntryLookup lookup);

// "a/b" -> "a", "a" -> "".
std::string_view ParentPath(std::string_view path);
// "a/b" -> "b".
std::string_view LastName(std::string_view path);
// `directory` "" is the root; `name` may itself have slashes.
std::string JoinPath(std::string_view directory, std::string_view name);
// Whether `path` is strictly below `directory`.
bool IsBelow(std::string_view path, std::string_view directory);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_LINK_RESOLVER_H_
