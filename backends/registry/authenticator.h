// Answers a registry's demand for credentials: basic, or a token of its token
// server (distribution's "Token Authentication Specification").

#ifndef COOPER_BACKENDS_REGISTRY_AUTHENTICATOR_H_
#define COOPER_BACKENDS_REGISTRY_AUTHENTICATOR_H_

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "backends/http/http_client.h"
#include "backends/registry/challenge.h"
#include "backends/registry/credentials.h"
#include "backends/registry/registry_origin.h"
#include "ir/base/result.h"
#include "ir/image/reference.h"

namespace cooper {

// Remembers what worked, per origin and scope. May be used from several threads.
class Authenticator {
 public:
  // Borrows `http`. `retries` as in HttpRequest.
  Authenticator(HttpClient& http, Credentials credentials, int retries)
      : http_(http), credentials_(std::move(credentials)), retries_(retries) {}

  // The Authorization value for `actions` ("pull", "pull,push") on a repository,
  // as far as it is known without asking; else empty.
  std::string Known(const Origin& registry, const Reference& repository,
                    const std::string& actions);

  // The value to try next, after the registry answered `refusal` (401); empty
  // when there is none. kRegistryAuth when the token server refuses or may not be
  // asked (MayAuthenticateAt), kUnsupported for other schemes, kCredentials.
  Result<std::string> Answer(const Origin& registry, const Reference& repository,
                             const std::string& actions, const HttpResponse& refusal);

  // The error for a 401 or 403 that nothing more can be done about.
  Error Refused(const Reference& repository, const HttpResponse& refusal) const;

 private:
  Result<std::string> FetchToken(const Origin& registry, const Challenge& challenge,
                                 const std::string& scope, const Reference& repository);

  HttpClient& http_;
  const Credentials credentials_;
  const int retries_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> known_;  // by origin and scope
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_AUTHENTICATOR_H_
