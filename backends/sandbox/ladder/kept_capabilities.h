// Another user for a while, with the capabilities of root.
//
// A user namespace belongs to the user who made it. Root without CAP_SETFCAP may not
// map its own id into one, and so makes it as somebody else. For the start of the
// program, while it has one thread.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_KEPT_CAPABILITIES_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_KEPT_CAPABILITIES_H_

#include <cstdint>

#include "ir/base/result.h"

namespace cooper {

class KeptCapabilities {
 public:
  // Makes this process, which is root, the user and group `id`. kSandbox names the call
  // that failed; the process is root then.
  static Result<KeptCapabilities> Become(uint32_t id);

  KeptCapabilities(KeptCapabilities&& other) noexcept;
  KeptCapabilities& operator=(KeptCapabilities&&) = delete;
  // Root again, unless Keep was called.
  ~KeptCapabilities();

  // For a process that went on to another user namespace.
  void Keep() { active_ = false; }

 private:
  KeptCapabilities() = default;
  bool active_ = true;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_KEPT_CAPABILITIES_H_
