// User names and passwords for registries, from docker's config.json.

#ifndef COOPER_BACKENDS_REGISTRY_CREDENTIALS_H_
#define COOPER_BACKENDS_REGISTRY_CREDENTIALS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/image/reference.h"

namespace cooper {

struct BasicCredential {
  std::string user;
  std::string password;
};

class Credentials {
 public:
  // Reads the first of `paths` that exists; none is no error. A file that cannot
  // be read or parsed is kCredentials naming it (never quoting its text), as is
  // `credHelpers` or `credsStore` for a host that is asked for: not supported yet.
  static Result<Credentials> Load(const std::vector<std::string>& paths);

  // The longest key of `auths` that is the reference's domain or a path prefix
  // of its repository; "https://index.docker.io/v1/" stands for docker.io.
  Result<std::optional<BasicCredential>> Find(const Reference& reference) const;

 private:
  std::map<std::string, BasicCredential> auths_;
  std::map<std::string, std::string> helpers_;  // host -> helper; "" for all hosts
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_CREDENTIALS_H_
