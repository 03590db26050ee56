// Where a system call has its file, and how it is found.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_NAMED_FILE_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_NAMED_FILE_H_

#include <fcntl.h>

#include <cstdint>
#include <optional>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/ownership/step_process.h"

namespace cooper {

struct NamedFile {
  std::optional<int> descriptor;  // the file itself
  int directory = AT_FDCWD;
  uint64_t path = 0;
  bool follow = true;
  bool may_be_empty = false;  // then `directory` is the file

  // O_PATH; not ok when it cannot be found from here.
  ScopedFd Open(const StepProcess& process) const;
  // Where its name is, or is to be.
  std::optional<NewName> OpenParent(const StepProcess& process) const;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_NAMED_FILE_H_
