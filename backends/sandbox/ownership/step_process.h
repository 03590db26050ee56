// A process of a step that waits for the answer to a system call: its memory, and the
// files that its call names.
//
// What is read is the process's own word and may be anything. Names are resolved by the
// kernel inside the process's root; where that cannot be done here (links of /proc, for
// one) the functions say so, and the call is best left to the kernel.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_STEP_PROCESS_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_STEP_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {

// Where a new name is to be.
struct NewName {
  ScopedFd directory;  // O_PATH
  std::string name;
};

struct FileIds {
  uint32_t uid = 0;
  uint32_t gid = 0;
};

class StepProcess {
 public:
  // `root_fd`: the process's root if that is known, else -1; borrowed.
  explicit StepProcess(pid_t thread, int root_fd) : thread_(thread), root_fd_(root_fd) {}

  pid_t thread() const { return thread_; }

  bool Read(uint64_t address, void* to, size_t size) const;
  bool Write(uint64_t address, const void* from, size_t size) const;
  // Nothing when it cannot be read or is longer than PATH_MAX.
  std::optional<std::string> ReadPath(uint64_t address) const;

  // O_PATH of the open file `fd`; not ok when there is none.
  ScopedFd OpenFile(int fd) const;
  // O_PATH of what openat(2) with this path would find from the directory `fd`, which
  // may be AT_FDCWD. Not ok when it cannot be found from here.
  ScopedFd Open(int fd, const std::string& path, bool follow) const;
  // The directory and last name of a path that is to be made; nothing when there is no
  // such directory, or no last name.
  std::optional<NewName> OpenParent(int fd, const std::string& path) const;

  uint32_t Umask() const;
  // As whom the kernel makes its files; nothing when it is gone.
  std::optional<FileIds> NewFileIds() const;

 private:
  std::string ProcPath(const std::string& name) const;
  ScopedFd OpenBase(int fd) const;

  const pid_t thread_;
  const int root_fd_;
};

// The path of a descriptor from the root of its mount namespace, without the slash in
// front; nothing when it has none.
std::optional<std::string> PathOfDescriptor(int fd);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_STEP_PROCESS_H_
