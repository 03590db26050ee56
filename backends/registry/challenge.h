// What a registry asks for with 401: the WWW-Authenticate header (RFC 9110,
// section 11.6.1).

#ifndef COOPER_BACKENDS_REGISTRY_CHALLENGE_H_
#define COOPER_BACKENDS_REGISTRY_CHALLENGE_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

inline constexpr size_t kMaxChallengeBytes = 8 << 10;
inline constexpr size_t kMaxChallenges = 8;

struct Challenge {
  std::string scheme;                             // lower case: "basic", "bearer"
  std::map<std::string, std::string> parameters;  // names in lower case

  friend bool operator==(const Challenge&, const Challenge&) = default;
};

// The challenges of one header value, in order. The header comes from the
// network: kRegistry for one that is too long, malformed, names a parameter
// twice, or has control bytes.
Result<std::vector<Challenge>> ParseChallenges(std::string_view header);

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_CHALLENGE_H_
