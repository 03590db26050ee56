// Moves the whole build into a user namespace in which it is root.
//
// Everything here is for the start of the program, while it has one thread (the
// kernel demands that), except InUserNamespace and HasOneId.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_USER_NAMESPACE_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_USER_NAMESPACE_H_

#include "backends/sandbox/ladder/id_maps.h"
#include "ir/base/result.h"

namespace cooper {

// Whether this process is in another user namespace than the machine's first one,
// be it entered by us or made by a container runtime. Overlay marks are then user.*
// extended attributes.
bool InUserNamespace();

// Whether root is the only user whose files can be made here, as in a namespace with
// one id.
bool HasOneId();

// Makes a user namespace and enters it. After success the process is uid 0 and gid 0 with
// every capability there, and may own files by any id that it maps.
//
// kSandbox says which call failed and what to change; the process is then as it
// was and can do all but RUN. (Only where setns(2) is forbidden and unshare(2)
// is not can a late failure leave it in a namespace without ids.)
Status EnterUserNamespace(IdModel model);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_USER_NAMESPACE_H_
