// What the writers of trees say when an entry cannot be placed.

#ifndef COOPER_BACKENDS_FILESYSTEM_WRITE_WRITE_ERRORS_H_
#define COOPER_BACKENDS_FILESYSTEM_WRITE_WRITE_ERRORS_H_

#include <fmt/format.h>

#include <cerrno>
#include <string_view>

#include "ir/base/error.h"

namespace cooper {

// The entry cannot be what its layer says.
inline Error InvalidEntry(std::string_view path, std::string_view reason) {
  return {DiagnosticKind::kLayerInvalid, fmt::format("entry `{}` {}", path, reason)};
}

// With errno.
inline Error CallFailed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `/{}`", call, path), number);
}

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_WRITE_WRITE_ERRORS_H_
