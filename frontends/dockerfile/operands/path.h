// Paths of the image being built, as text: nothing is looked up.

#ifndef COOPER_FRONTENDS_DOCKERFILE_OPERANDS_PATH_H_
#define COOPER_FRONTENDS_DOCKERFILE_OPERANDS_PATH_H_

#include <string>
#include <string_view>

namespace cooper {

// `path` below the root: absolute, without `.`, `..` and doubled slashes; what
// would leave the root is clamped to it.
std::string CleanAbsolute(std::string_view path);

// `path` against the directory `base`, cleaned.
std::string JoinClean(std::string_view base, std::string_view path);

// A COPY source, relative to the root of its tree: `/a/../b` is `b`, the root
// is `.`.
std::string CleanSource(std::string_view path);

// As CleanSource, but the first `/./` stays: it says what `--parents` keeps.
std::string CleanSourceWithPivot(std::string_view path);

// A file's name as a source that stands for itself, not for what a wildcard in it matches.
std::string LiteralSource(std::string_view name);

// Where a COPY to `path` goes: absolute, and with a trailing `/` where the text
// says that it is a directory (`x/`, `x/.`, `.`, nothing).
std::string CleanDestination(std::string_view working_dir, std::string_view path);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_OPERANDS_PATH_H_
