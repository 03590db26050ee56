// Moves the whole build into a user namespace in which it is root.
//
// Everything here is for the start of the program, while it has one thread (the
// kernel demands that), except InUserNamespace and HasOneId.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_USER_NAMESPACE_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_USER_NAMESPACE_H_

#include "backends/sandbox/ladder/id_maps.h"
#include "backends/sandbox/ladder/rung.h"
#include "ir/base/result.h"

namespace cooper {

// Whether this process is in another user namespace than the machine's first one,
// be it entered by us or made by a container runtime. Overlay marks are then user.*
// extended attributes.
bool InUserNamespace();

// Enters a user namespace when the choice needs one: `userns`, `userns1`, and `auto`
// without root's CAP_SYS_ADMIN. After success the process is uid 0 and gid 0 with every
// capability there, and with `userns` may own files by any id below 65536.
//
// kSandbox says which call failed and what to change; the process is then as it
// was and can do all but RUN. (Only where setns(2) is forbidden and unshare(2)
// is not can a late failure leave it in a namespace without ids.)
Status EnterUserNamespaceIfNeeded(RungChoice choice);

// The same without asking whether it is needed. With kSingle only files of this
// process's user can be made, who is root inside: see HasOneId.
Status EnterUserNamespace(IdModel model);

// Whether root is the only user whose files can be made here, as in a namespace with
// one id. Owners of files are then records of ours (ownership/recorder.h).
bool HasOneId();

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_USER_NAMESPACE_H_
