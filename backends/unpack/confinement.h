// What a process that unpacks layers gives up before it reads the first byte of one.

#ifndef COOPER_BACKENDS_UNPACK_CONFINEMENT_H_
#define COOPER_BACKENDS_UNPACK_CONFINEMENT_H_

#include <cstdint>
#include <vector>

namespace cooper {

struct Confinement {
  std::vector<int> filled;    // directories below which everything may be done
  std::vector<int> readable;  // directories below which files may be read
  bool trusted_xattrs = false;
  uint64_t memory_bytes = 0;
  uint64_t file_bytes = 0;  // of one file
};

// For the rest of this process's life, of which there must be one thread:
// - it gains no privileges, and of root's capabilities keeps those that files need;
// - it starts no process and no thread, opens no socket, enters no namespace, mounts
//   nothing, traces and signals nobody else (seccomp);
// - it opens, makes and removes files nowhere but in the directories named (Landlock,
//   from Linux 5.19 on); what is placed is placed by descriptor anyway;
// - memory and the size of a file are limited.
// What the kernel does not have is left out: each of these is a second wall.
void Confine(const Confinement& confinement);

}  // namespace cooper

#endif  // COOPER_BACKENDS_UNPACK_CONFINEMENT_H_
