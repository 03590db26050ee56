// Where a registry lives, and where it may send for tokens.

#ifndef COOPER_BACKENDS_REGISTRY_REGISTRY_ORIGIN_H_
#define COOPER_BACKENDS_REGISTRY_REGISTRY_ORIGIN_H_

#include <string>
#include <string_view>
#include <vector>

#include "backends/http/origin.h"
#include "ir/base/result.h"

namespace cooper {

// The origins to try for a reference's domain, in order; the first that speaks
// the protocol is the registry's. docker.io lives at registry-1.docker.io. A
// domain in `insecure_hosts` ("name" or "name:port") is reached by plain HTTP
// alone, a loopback one by HTTPS and then plain. kRegistry for a bad port.
Result<std::vector<Origin>> RegistryOrigins(std::string_view domain,
                                            const std::vector<std::string>& insecure_hosts);

// Whether a token server at `realm` may see the credentials of `registry`: the
// same registrable domain, loopback for loopback, auth.docker.io for Docker Hub;
// never plain HTTP unless the registry itself is reached that way. Registrable
// domains are told by their labels, without the public suffix list: two labels,
// or three below a country's second-level domain such as co.uk.
bool MayAuthenticateAt(const Origin& registry, const Origin& realm);

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_REGISTRY_ORIGIN_H_
