// How answers of a registry read as errors.

#ifndef COOPER_BACKENDS_REGISTRY_REGISTRY_ERROR_H_
#define COOPER_BACKENDS_REGISTRY_REGISTRY_ERROR_H_

#include <string>

#include "backends/http/http_client.h"
#include "ir/base/error.h"

namespace cooper {

// What the registry says in an answer that is no success: code and message of
// the first of `errors` (distribution-spec, "Error Codes"), clipped and escaped,
// as in "`DENIED`: access is denied". Empty when it says nothing that is understood.
std::string RegistrySays(const HttpResponse& response);

// kRegistry for an answer that is no success: "HTTP 500; the registry says ...",
// or "cannot reach `https://ghcr.io`: connection refused" when there was none.
Error AnswerError(const HttpResponse& response);

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_REGISTRY_ERROR_H_
