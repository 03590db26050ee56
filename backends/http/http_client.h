// HTTP over libcurl, for registries and for files of web servers: streams both ways,
// follows redirects by rules of its own, and retries what is worth it. Proxies and
// certificates are libcurl's, from the environment and the system.

#ifndef COOPER_BACKENDS_HTTP_HTTP_CLIENT_H_
#define COOPER_BACKENDS_HTTP_HTTP_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/http/origin.h"
#include "ir/base/result.h"

namespace cooper {

enum class HttpMethod : uint8_t { kGet, kHead, kPost, kPut, kDelete };

// An answer that is not a success is kept up to this size.
inline constexpr uint64_t kMaxErrorBodyBytes = 64 << 10;

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;
  std::vector<std::string> headers;  // "Name: value", sent wherever a redirect leads
  std::string authorization;         // sent to the origin of `url` alone
  bool follow_redirects = true;
  int max_redirects = 5;
  int retries = 0;  // after a network fault, 429 or a 5xx answer

  // The body of a POST or PUT, opened for every attempt; null for none.
  std::function<Result<std::unique_ptr<ContentReader>>()> body;
  uint64_t body_bytes = 0;

  // Takes the body of a success as it comes, once and in order also when a retry
  // had to resume; null to collect it in the answer.
  std::function<Status(std::string_view)> output;
  uint64_t max_bytes = 1 << 20;  // of the body of a success

  std::stop_token stop = {};  // ends the exchange within a second or so
};

struct HttpResponse {
  int status = 0;     // 0: there was no answer
  std::string fault;  // then: why, as in "connection refused"
  std::string url;    // that answered, after redirects
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // unless `output` took it
  uint64_t body_bytes = 0;                                   // of what `output` took

  bool ok() const { return status >= 200 && status < 300; }
  std::string_view Header(std::string_view lower_case_name) const;  // "" if absent
};

// Keeps a few connections alive between requests. May be used from several
// threads; every request runs in the thread that sends it.
class HttpClient {
 public:
  // `faults` is the kind of the errors that are its own. `stop` ends all requests, beside the
  // one that each of them has.
  explicit HttpClient(DiagnosticKind faults, std::stop_token stop = {});
  ~HttpClient();

  // A world that does not answer is an answer with status 0. The error is that of
  // `body` or `output`, kInterrupted, or one of the client's own for what no retry
  // would mend: a body beyond `max_bytes`, too many redirects or one to plain HTTP or
  // to another protocol, a header with control bytes.
  Result<HttpResponse> Send(const HttpRequest& request);

 private:
  struct Pool;
  const DiagnosticKind faults_;
  const std::stop_token stop_;
  std::unique_ptr<Pool> pool_;
};

// Seconds since 1970 of a date as Last-Modified has it (RFC 9110, 5.6.7); nothing for
// another text.
std::optional<int64_t> ParseHttpDate(std::string_view text);

}  // namespace cooper

#endif  // COOPER_BACKENDS_HTTP_HTTP_CLIENT_H_
