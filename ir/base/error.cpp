#include "ir/base/error.h"

#include <cctype>
#include <cerrno>
#include <cstring>

namespace cooper {
namespace {

// What to do when the machine ran short of something; null for every other error.
const char* RemedyFor(int error_number) {
  switch (error_number) {
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files";
    case ENOMEM:
      return "give it more memory";
    case ENOSPC:
    case EDQUOT:
      return "free some space";
    case EIO:
      return "the disk failed";
    default:
      return nullptr;
  }
}

}  // namespace

Error ErrnoError(DiagnosticKind kind, std::string_view action, int error_number) {
  char buffer[128];
  // The GNU form, which returns the text.
  std::string reason = strerror_r(error_number, buffer, sizeof buffer);
  // Messages are lower case: "No such file", but not "I/O error".
  if (reason.size() > 1 && std::islower(static_cast<unsigned char>(reason[1]))) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  std::string message = std::string(action) + ": " + reason;
  const char* const remedy = RemedyFor(error_number);
  if (remedy == nullptr || BlameOf(kind) == Blame::kEnvironment) return Error(kind, message);
  return Error(DiagnosticKind::kResources, message + "; " + remedy);
}

}  // namespace cooper
