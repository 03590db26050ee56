#include "backends/sandbox/ladder/kept_capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace cooper {
namespace {

Error CallError(const char* call) {
  return ErrnoError(DiagnosticKind::kSandbox,
                    std::string(call) + " on the way to another user with root's capabilities",
                    errno);
}

// Leaving uid 0 clears what is in effect and, with PR_SET_KEEPCAPS, not what is permitted.
bool RestoreEffective() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (syscall(SYS_capget, &header, sets) != 0) return false;
  for (__user_cap_data_struct& set : sets) set.effective = set.permitted;
  return syscall(SYS_capset, &header, sets) == 0;
}

}  // namespace

Result<KeptCapabilities> KeptCapabilities::Become(uint32_t id) {
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return CallError("PR_SET_KEEPCAPS");
  KeptCapabilities changed;  // undoes what was done so far
  if (setresgid(id, id, id) != 0) return CallError("setresgid");
  if (setresuid(id, id, id) != 0) return CallError("setresuid");
  if (!RestoreEffective()) return CallError("capset");
  // Else /proc/PID belongs to root, and the maps there cannot be written.
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return CallError("PR_SET_DUMPABLE");
  return changed;
}

KeptCapabilities::KeptCapabilities(KeptCapabilities&& other) noexcept
    : active_(std::exchange(other.active_, false)) {}

KeptCapabilities::~KeptCapabilities() {
  if (!active_) return;
  // CAP_SETUID and CAP_SETGID, which brought us here, also bring us back.
  RestoreEffective();
  (void)!setresuid(0, 0, 0);
  (void)!setresgid(0, 0, 0);
  prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

}  // namespace cooper
