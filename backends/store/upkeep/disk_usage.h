// How much room a tree takes, whatever is in it.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_DISK_USAGE_H_
#define COOPER_BACKENDS_STORE_UPKEEP_DISK_USAGE_H_

#include <cstdint>
#include <string>

namespace cooper {

// Bytes on the disk of `name` below `parent_fd`, with everything in it: names of one file count
// once. No link is followed and no other file system entered. What cannot be read
// counts nothing.
uint64_t DiskUsage(int parent_fd, const std::string& name);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_DISK_USAGE_H_
