#include "backends/sandbox/ownership/recorder_filter.h"

#include <fmt/format.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

Error FilterError(const char* action, int error) {
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("recorder filter: {}", action), error);
}

}  // namespace

Result<std::string> CompileRecorderFilter(RecordedScope scope) {
  const std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                 &seccomp_release);
  if (filter == nullptr) return FilterError("cannot start", ENOMEM);
  int result = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
  if (result == 0) result = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (result != 0) return FilterError("cannot set up", -result);
  for (const RecordedCall& call : RecordedCalls(scope)) {
    if (call.number < 0) continue;
    const scmp_arg_cmp condition =
        SCMP_CMP64(call.argument, SCMP_CMP_MASKED_EQ, call.bits, call.bits);
    result = seccomp_rule_add(filter.get(), SCMP_ACT_NOTIFY, call.number, call.bits == 0 ? 0 : 1,
                              condition);
    if (result != 0) {
      return FilterError(fmt::format("cannot add call {}", call.number).c_str(), -result);
    }
  }
  const ScopedFd file(memfd_create("recorder", MFD_CLOEXEC));
  if (!file.ok()) return FilterError("memfd_create", errno);
  result = seccomp_export_bpf(filter.get(), file.get());
  if (result != 0) return FilterError("cannot compile", -result);
  std::string program(static_cast<size_t>(lseek(file.get(), 0, SEEK_CUR)), '\0');
  if (pread(file.get(), program.data(), program.size(), 0) !=
      static_cast<ssize_t>(program.size())) {
    return FilterError("cannot read", errno);
  }
  return program;
}

}  // namespace cooper
