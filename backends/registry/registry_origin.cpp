#include "backends/registry/registry_origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace cooper {
namespace {

constexpr std::string_view kDockerHub = "registry-1.docker.io";

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// "a.b.example.co.uk" -> "example.co.uk"; empty when `host` has no such part.
std::string_view RegistrableDomain(std::string_view host) {
  constexpr std::array<std::string_view, 9> kSecondLevel = {"ac",  "co",  "com", "edu", "go",
                                                            "gov", "net", "or",  "org"};
  const auto label_before = [&](size_t end) {
    const size_t dot = host.rfind('.', end - 1);
    return dot == std::string_view::npos ? size_t{0} : dot + 1;
  };
  const size_t top = label_before(host.size());
  if (top < 2) return {};
  const size_t second = label_before(top - 1);
  const std::string_view second_label = host.substr(second, top - 1 - second);
  const bool country = host.size() - top == 2;
  if (!country ||
      std::find(kSecondLevel.begin(), kSecondLevel.end(), second_label) == kSecondLevel.end()) {
    return host.substr(second);
  }
  if (second < 2) return {};
  return host.substr(label_before(second - 1));
}

}  // namespace

Result<std::vector<Origin>> RegistryOrigins(std::string_view domain,
                                            const std::vector<std::string>& insecure_hosts) {
  if (domain == "docker.io" || domain == "index.docker.io") {
    return std::vector<Origin>{{"https", std::string(kDockerHub), kHttpsPort}};
  }
  std::string host = Lower(domain);
  uint16_t port = 0;
  const size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    const char* end = host.data() + host.size();
    const auto [stop, fault] = std::from_chars(host.data() + colon + 1, end, port);
    if (fault != std::errc() || stop != end || port == 0) {
      return Error(
          DiagnosticKind::kRegistry,
          fmt::format("the registry `{}` has no valid port; ports are 1 to 65535", domain));
    }
    host.resize(colon);
  }
  const Origin secure{"https", host, port != 0 ? port : kHttpsPort};
  const Origin plain{"http", host, port != 0 ? port : kHttpPort};
  const bool insecure =
      std::any_of(insecure_hosts.begin(), insecure_hosts.end(), [&](const std::string& listed) {
        const std::string name = Lower(listed);
        return name == host || name == Lower(domain);
      });
  if (insecure) return std::vector<Origin>{plain};
  if (IsLoopbackHost(host)) return std::vector<Origin>{secure, plain};
  return std::vector<Origin>{secure};
}

bool MayAuthenticateAt(const Origin& registry, const Origin& realm) {
  if (realm.scheme != "https" && (realm.scheme != "http" || registry.scheme != "http")) {
    return false;
  }
  if (registry.host == realm.host) return true;
  if (IsLoopbackHost(registry.host)) return IsLoopbackHost(realm.host);
  // A registry that is trusted without TLS is trusted under its own name alone.
  if (realm.scheme != "https") return false;
  if (IsAddress(registry.host) || IsAddress(realm.host)) return false;
  const std::string_view domain = RegistrableDomain(registry.host);
  return !domain.empty() && domain == RegistrableDomain(realm.host);
}

}  // namespace cooper
