// A directory that is complete or not there, while it is being filled.
//
// There are no directories without a name, so it is `.<name>.<random>.part/filled`
// beside its place. The outer one is locked (flock) as long as the object lives: the
// kernel drops the lock of a killed process, and the next one for the same place
// removes what that left. One thread at a time.

#ifndef COOPER_BACKENDS_EXPORT_LAYOUT_PART_DIRECTORY_H_
#define COOPER_BACKENDS_EXPORT_LAYOUT_PART_DIRECTORY_H_

#include <string>

#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {

class PartDirectory {
 public:
  // For `name` in the directory `parent`.
  PartDirectory(ScopedFd parent, std::string name);
  // Without MoveIntoPlace nothing stays.
  ~PartDirectory();
  PartDirectory(const PartDirectory&) = delete;
  PartDirectory& operator=(const PartDirectory&) = delete;

  // Makes the directory to fill, and removes what killed processes left. Both
  // return 0 or an errno value.
  int Make(ScopedFd& directory);
  int MoveIntoPlace();

 private:
  void RemoveAbandoned();
  int MakeOuter();

  ScopedFd parent_;
  std::string name_;
  std::string part_;  // empty: there is none
  ScopedFd outer_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_LAYOUT_PART_DIRECTORY_H_
