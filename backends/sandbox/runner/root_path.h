// Names inside the step's root. Everything that the image controls is resolved by
// the kernel inside the root: symbolic links and `..` cannot leave it, and links
// of /proc that name other processes' files are not followed.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_ROOT_PATH_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_ROOT_PATH_H_

#include <stdint.h>

namespace cooper::runner {

enum class NodeType : uint8_t { kFile, kDirectory };
// Whether names that were made for a mount are reported, to be left out of the layer.
enum class StubReport : uint8_t { kYes, kNo };

// openat2 inside `root`; -1 with errno. `resolve` adds RESOLVE_* flags.
int OpenInRoot(int root, const char* path, uint64_t flags, uint64_t resolve = 0);

// Opens (O_PATH) what `path` leads to, and makes it and its parents if missing:
// directories 0755, files empty 0644. A dangling symbolic link is completed at its
// end. Directories in which something was made keep their times if it is a stub.
int OpenOrMake(int root, const char* path, NodeType type, StubReport report);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_ROOT_PATH_H_
