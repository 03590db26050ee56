// A node that was put into a root, found again by its open descriptor.

#ifndef COOPER_BACKENDS_EXECUTE_MOUNTS_PLACED_NODE_H_
#define COOPER_BACKENDS_EXECUTE_MOUNTS_PLACED_NODE_H_

#include <optional>
#include <string>

namespace cooper {

// Where the open node is now, relative to the open root; nothing when it is not below it.
// A guess until NamesNode agrees: a name may end like that of a removed file.
std::optional<std::string> PathInRoot(int root_fd, int node_fd);

// Whether `name` in the open directory is the open node.
bool NamesNode(int parent_fd, const std::string& name, int node_fd);

// Takes the bytes out of a file that is open to write, whatever other names it has.
void OverwriteWithZeros(int fd);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_MOUNTS_PLACED_NODE_H_
