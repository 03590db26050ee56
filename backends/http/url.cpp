#include "backends/http/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>

namespace cooper {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool HasControlByte(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::string Part(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
  std::string value = text;
  curl_free(text);
  return value;
}

Result<Url> ParseUrl(const std::string& base, const std::string& location, DiagnosticKind faults) {
  Url url(curl_url(), &curl_url_cleanup);
  CURLUcode code = CURLUE_OK;
  if (!base.empty()) code = curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0);
  if (code == CURLUE_OK) code = curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0);
  const std::string scheme = Part(url, CURLUPART_SCHEME);
  // The text may hold a signature, so it is not quoted.
  if (code != CURLUE_OK) {
    return Error(faults,
                 fmt::format("the server gave an invalid URL: {}", Lower(curl_url_strerror(code))));
  }
  if (scheme != "http" && scheme != "https") {
    return Error(faults,
                 fmt::format("the server gave a URL of protocol `{}`; only http and https are used",
                             scheme));
  }
  if (!Part(url, CURLUPART_USER).empty() || !Part(url, CURLUPART_PASSWORD).empty()) {
    return Error(faults, "the server gave a URL with a user name in it");
  }
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return url;
}

}  // namespace

Result<Origin> OriginOf(const std::string& url, DiagnosticKind faults) {
  COOPER_ASSIGN_OR_RETURN(const Url parsed, ParseUrl("", url, faults));
  const std::string port = Part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  Origin origin{Part(parsed, CURLUPART_SCHEME), Lower(Part(parsed, CURLUPART_HOST)), 0};
  std::from_chars(port.data(), port.data() + port.size(), origin.port);
  return origin;
}

Result<std::string> ResolveUrl(const std::string& base, const std::string& location,
                               const std::string& query, DiagnosticKind faults) {
  if (location.empty() || HasControlByte(location)) {
    return Error(faults, "the server gave no valid URL to go on with");
  }
  COOPER_ASSIGN_OR_RETURN(const Url url, ParseUrl(base, location, faults));
  if (!query.empty()) {
    curl_url_set(url.get(), CURLUPART_QUERY, query.c_str(), CURLU_APPENDQUERY | CURLU_URLENCODE);
  }
  return Part(url, CURLUPART_URL);
}

}  // namespace cooper
