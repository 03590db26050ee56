// The system calls that a step may make.

#ifndef COOPER_BACKENDS_SANDBOX_SECCOMP_PROFILE_H_
#define COOPER_BACKENDS_SANDBOX_SECCOMP_PROFILE_H_

#include <string>

#include "ir/base/result.h"

namespace cooper {

// The profile as a BPF program for this machine and the 32-bit programs it runs:
// the bytes of a struct sock_filter[].
//
// What is not listed fails with ENOSYS, as on a kernel that lacks it, so that
// programs fall back; what changes the system outside of the step fails with
// EPERM. A step holds no capability for most of that anyway.
Result<std::string> CompileSeccompProfile();

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_SECCOMP_PROFILE_H_
