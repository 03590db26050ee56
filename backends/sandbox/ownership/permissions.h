// Whether a user of a step may write a file, by the owner and mode that it truly has.
//
// For the kernel the one id owns every file. What creates, writes, removes or renames
// is checked here as well; reading, searching and executing are not.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_PERMISSIONS_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_PERMISSIONS_H_

#include <sys/stat.h>

#include "backends/filesystem/disk/owner_records.h"
#include "backends/sandbox/ownership/credentials.h"

namespace cooper {

bool MayWrite(const StepCredentials& user, const FileOwner& owner, mode_t mode);

// Whether a name of `file` may go from `directory`, which may be one that keeps them
// (S_ISVTX).
bool MayRemove(const StepCredentials& user, const FileOwner& directory_owner, mode_t directory_mode,
               const FileOwner& file_owner);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_PERMISSIONS_H_
