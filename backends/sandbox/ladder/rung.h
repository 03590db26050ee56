// The rungs of the isolation ladder. README.md says what each gives and needs.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_RUNG_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_RUNG_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "ir/base/result.h"

namespace cooper {

enum class Rung : uint8_t {
  kNs,       // root with CAP_SYS_ADMIN: namespaces, overlay
  kUserns,   // the same inside a user namespace with a range of ids
  kUserns1,  // the same with one id; owners of files are records of ours
  kChroot,   // root without namespaces: a directory of its own
  kInplace,  // root without namespaces: the root of the container that cooper runs in
};

// A rung by name, or the best that works.
using RungChoice = std::optional<Rung>;

std::string_view NameOf(Rung rung);

// Whether steps have namespaces of their own, and mounts in them.
inline bool HasNamespaces(Rung rung) { return rung <= Rung::kUserns1; }

// Reads "auto" or the name of a rung. kUsage for other text.
Result<RungChoice> ParseRung(std::string_view text);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_RUNG_H_
