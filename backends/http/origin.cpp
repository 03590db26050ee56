#include "backends/http/origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace cooper {

std::string Origin::ToString() const {
  const uint16_t usual = scheme == "https" ? kHttpsPort : kHttpPort;
  return port == usual ? fmt::format("{}://{}", scheme, host)
                       : fmt::format("{}://{}:{}", scheme, host, port);
}

bool IsAddress(std::string_view host) {
  return host.starts_with('[') || std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return c == '.' || std::isdigit(c);
         });
}

bool IsLoopbackHost(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && IsAddress(host);
}

}  // namespace cooper
