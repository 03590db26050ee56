// The closed list of faults that cooper reports, from diagnostic_kinds.def.

#ifndef COOPER_IR_BASE_DIAGNOSTIC_KIND_H_
#define COOPER_IR_BASE_DIAGNOSTIC_KIND_H_

#include <cstdint>
#include <string_view>

namespace cooper {

enum class Severity : uint8_t { kWarning, kError };

// Who has to act. The exit code of the command follows from it.
enum class Blame : uint8_t {
  kInput,        // the Dockerfile, the context, the base image, a failing RUN: exit 1
  kUsage,        // the command line: exit 2
  kEnvironment,  // network, disk, kernel: exit 3
  kInternal,     // our own bug: exit 4
};

enum class DiagnosticKind : uint8_t {
#define COOPER_DIAGNOSTIC(id, name, severity, blame) id,
#include "ir/base/diagnostic_kinds.def"
#undef COOPER_DIAGNOSTIC
};

// The kebab-case name shown in brackets, such as "unknown-instruction".
std::string_view NameOf(DiagnosticKind kind);
Severity SeverityOf(DiagnosticKind kind);
Blame BlameOf(DiagnosticKind kind);

// 1 input, 2 usage, 3 environment, 4 internal; kInterrupted: 130, as after SIGINT.
int ExitCodeFor(DiagnosticKind kind);

}  // namespace cooper

#endif  // COOPER_IR_BASE_DIAGNOSTIC_KIND_H_
