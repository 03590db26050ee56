#include "ir/base/diagnostic_kind.h"

#include <array>
#include <cstddef>

namespace cooper {
namespace {

struct KindInfo {
  std::string_view name;
  Severity severity;
  Blame blame;
};

constexpr std::array kKinds = {
#define COOPER_DIAGNOSTIC(id, name, severity, blame) \
  KindInfo{name, Severity::severity, Blame::blame},
#include "ir/base/diagnostic_kinds.def"
#undef COOPER_DIAGNOSTIC
};

const KindInfo& InfoOf(DiagnosticKind kind) { return kKinds[static_cast<size_t>(kind)]; }

}  // namespace

std::string_view NameOf(DiagnosticKind kind) { return InfoOf(kind).name; }
Severity SeverityOf(DiagnosticKind kind) { return InfoOf(kind).severity; }
Blame BlameOf(DiagnosticKind kind) { return InfoOf(kind).blame; }

int ExitCodeFor(DiagnosticKind kind) {
  // The world's doing, but one that shells have a code for: 128 + the signal's number.
  constexpr int kAfterSigint = 130;
  if (kind == DiagnosticKind::kInterrupted) return kAfterSigint;
  switch (BlameOf(kind)) {
    case Blame::kInput:
      return 1;
    case Blame::kUsage:
      return 2;
    case Blame::kEnvironment:
      return 3;
    case Blame::kInternal:
      return 4;
  }
  return 4;
}

}  // namespace cooper
