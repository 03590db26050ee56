// Where a server is, and what a credential is bound to: scheme, host, port.

#ifndef COOPER_BACKENDS_HTTP_ORIGIN_H_
#define COOPER_BACKENDS_HTTP_ORIGIN_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace cooper {

struct Origin {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address in brackets
  uint16_t port = 0;

  std::string ToString() const;  // "https://ghcr.io", the port where it is not the scheme's own

  friend bool operator==(const Origin&, const Origin&) = default;
};

inline constexpr uint16_t kHttpPort = 80;
inline constexpr uint16_t kHttpsPort = 443;

// An IPv4 address, or an IPv6 one in brackets.
bool IsAddress(std::string_view host);

// `localhost`, 127.0.0.0/8 and ::1, without looking anything up.
bool IsLoopbackHost(std::string_view host);

}  // namespace cooper

#endif  // COOPER_BACKENDS_HTTP_ORIGIN_H_
