// Landlock: which files a process may open, by where they are.

#ifndef COOPER_BACKENDS_UNPACK_LANDLOCK_H_
#define COOPER_BACKENDS_UNPACK_LANDLOCK_H_

#include <vector>

namespace cooper {

// Files are opened, made and removed below the open directories `filled` alone, and read
// below `readable`; nothing is executed. Whether the kernel does that: it must let links
// lead from one directory to another (Linux 5.19). After PR_SET_NO_NEW_PRIVS.
bool RestrictFiles(const std::vector<int>& filled, const std::vector<int>& readable);

}  // namespace cooper

#endif  // COOPER_BACKENDS_UNPACK_LANDLOCK_H_
