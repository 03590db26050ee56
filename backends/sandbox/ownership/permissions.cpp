#include "backends/sandbox/ownership/permissions.h"

namespace cooper {

bool MayWrite(const StepCredentials& user, const FileOwner& owner, mode_t mode) {
  if (user.privileged()) return true;
  if (owner.uid == user.uid.filesystem) return (mode & S_IWUSR) != 0;
  if (user.InGroup(owner.gid)) return (mode & S_IWGRP) != 0;
  return (mode & S_IWOTH) != 0;
}

bool MayRemove(const StepCredentials& user, const FileOwner& directory_owner, mode_t directory_mode,
               const FileOwner& file_owner) {
  if (!MayWrite(user, directory_owner, directory_mode)) return false;
  return user.privileged() || (directory_mode & S_ISVTX) == 0 ||
         directory_owner.uid == user.uid.filesystem || file_owner.uid == user.uid.filesystem;
}

}  // namespace cooper
