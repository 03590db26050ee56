#include "ir/base/error.h"

#include <cctype>
#include <cstring>

namespace cooper {

Error ErrnoError(DiagnosticKind kind, std::string_view action, int error_number) {
  char buffer[128];
  // The GNU form, which returns the text.
  std::string reason = strerror_r(error_number, buffer, sizeof buffer);
  // Messages are lower case: "No such file", but not "I/O error".
  if (reason.size() > 1 && std::islower(static_cast<unsigned char>(reason[1]))) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  return Error(kind, std::string(action) + ": " + reason);
}

}  // namespace cooper
