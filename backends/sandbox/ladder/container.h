// What this process runs in.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_CONTAINER_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_CONTAINER_H_

namespace cooper {

// Whether the root file system is a container's: one that is thrown away, and that no
// machine boots from.
bool InContainer();

// Whether that container was made from cooper's own image, which holds nothing but
// cooper: its root may be used for a step.
bool InOwnContainer();

// The file that cooper's image has for this.
inline constexpr const char* kOwnImageMarker = "/.cooper-image";

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_CONTAINER_H_
