#include "ir/base/error.h"

#include <cctype>
#include <cerrno>
#include <cstring>

namespace cooper {

bool IsFaultOfEnvironment(int error_number) {
  switch (error_number) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EROFS:
      return true;
    default:
      return false;
  }
}

Error ErrnoError(DiagnosticKind kind, std::string_view action, int error_number) {
  char buffer[128];
  // The GNU form, which returns the text.
  std::string reason = strerror_r(error_number, buffer, sizeof buffer);
  // Messages are lower case: "No such file", but not "I/O error".
  if (reason.size() > 1 && std::islower(static_cast<unsigned char>(reason[1]))) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  const bool misplaced = IsFaultOfEnvironment(error_number) && BlameOf(kind) != Blame::kEnvironment;
  Error error(misplaced ? DiagnosticKind::kEnvironment : kind, std::string(action) + ": " + reason);
  if (error_number == EMFILE || error_number == ENFILE) {
    error.Advise("raise the limit of open files");
  }
  return error;
}

}  // namespace cooper
