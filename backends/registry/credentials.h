// User names and passwords for registries, from docker's config.json.

#ifndef COOPER_BACKENDS_REGISTRY_CREDENTIALS_H_
#define COOPER_BACKENDS_REGISTRY_CREDENTIALS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/image/reference.h"

namespace cooper {

inline constexpr size_t kMaxCredentialFileBytes = 1 << 20;

struct BasicCredential {
  std::string user;
  std::string password;
};

// Immutable once loaded, so it may be read from several threads.
class Credentials {
 public:
  // Reads the first of `paths` that exists; none is no error. A file that cannot
  // be read or parsed is kCredentials naming it (never quoting its text), as is
  // `credHelpers` or `credsStore` for a host that is asked for: not supported yet.
  static Result<Credentials> Load(const std::vector<std::string>& paths);
  // The same for text that stands in for a file, such as DOCKER_AUTH_CONFIG's.
  // `name` says in messages where it came from.
  static Result<Credentials> Parse(std::string_view json, std::string name);

  // The longest key of `auths` that is the reference's domain or a path prefix
  // of its repository; "https://index.docker.io/v1/" stands for docker.io.
  Result<std::optional<BasicCredential>> Find(const Reference& reference) const;

  // The file that was read; empty without one.
  const std::string& name() const { return name_; }

 private:
  // By key as Find compares it: a domain, then perhaps a path.
  std::map<std::string, BasicCredential> auths_;
  std::map<std::string, std::string> tokens_;   // key -> kind of token, not supported
  std::map<std::string, std::string> helpers_;  // host -> helper; "" for all hosts
  std::string name_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_CREDENTIALS_H_
