// URLs as libcurl reads them, so that what is checked is what is connected to.

#ifndef COOPER_BACKENDS_HTTP_URL_H_
#define COOPER_BACKENDS_HTTP_URL_H_

#include <string>

#include "backends/http/origin.h"
#include "ir/base/result.h"

namespace cooper {

// The origin of an absolute http or https URL without user and password; an error of
// the kind `faults` for anything else.
Result<Origin> OriginOf(const std::string& url, DiagnosticKind faults);
// `location` as seen from `base`, which is absolute; with "name=value" added to the
// query unless it is empty. An error of the kind `faults` when that is not a valid URL.
Result<std::string> ResolveUrl(const std::string& base, const std::string& location,
                               const std::string& query, DiagnosticKind faults);

}  // namespace cooper

#endif  // COOPER_BACKENDS_HTTP_URL_H_
