#include "backends/http/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "backends/http/url.h"

namespace cooper {
namespace {

constexpr long kConnectTimeoutSeconds = 15;
constexpr long kLowSpeedBytesPerSecond = 16;
constexpr long kLowSpeedSeconds = 60;
constexpr long kTransferBufferBytes = 256 << 10;
constexpr size_t kMaxIdleHandles = 8;
constexpr size_t kMaxHeaderBytes = 64 << 10;
constexpr size_t kMaxDateBytes = 64;
constexpr auto kFirstBackoff = std::chrono::milliseconds(100);

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// libcurl wants one call before any thread uses it.
bool InitializeCurl() {
  static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return done;
}

Error Interrupted() { return {DiagnosticKind::kInterrupted, "the build was interrupted"}; }

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// One attempt's state, shared with libcurl's callbacks.
struct Exchange {
  const HttpRequest& request;
  DiagnosticKind faults;
  const std::stop_token& stop;  // of the client
  CURL* curl;
  HttpResponse response;
  std::unique_ptr<ContentReader> reader;
  uint64_t sent_bytes = 0;
  size_t header_bytes = 0;
  uint64_t skip_bytes = 0;  // of the body that an earlier attempt delivered already
  uint64_t delivered_bytes = 0;
  bool truncated = false;      // an error body that was long enough
  std::optional<Error> error;  // final, of a callback

  long Status() const {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
};

size_t OnHeader(char* data, size_t, size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  std::string_view line(data, size);
  exchange.header_bytes += size;
  if (exchange.header_bytes > kMaxHeaderBytes) {
    exchange.error =
        Error(exchange.faults, fmt::format("more than {} bytes of HTTP headers", kMaxHeaderBytes));
    return 0;
  }
  // A status line also follows an interim answer such as 100.
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!value.empty() && blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && blank(value.back())) value.remove_suffix(1);
  exchange.response.headers.emplace_back(Lower(std::string(line.substr(0, colon))), value);
  return size;
}

// Whether a resumed body starts where the last attempt ended: 206 and
// "Content-Range: bytes N-...". A server that starts over answers 200.
Status CheckResumption(Exchange& exchange) {
  const std::string_view range = exchange.response.Header("content-range");
  if (range.starts_with(fmt::format("bytes {}-", exchange.skip_bytes))) {
    exchange.delivered_bytes = exchange.skip_bytes;
    return Ok();
  }
  return Error(exchange.faults, "the answer to a resumed request is another range");
}

size_t OnBody(char* data, size_t, size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  std::string_view bytes(data, size);
  const long status = exchange.Status();
  if (status < 200 || status > 299) {
    std::string& body = exchange.response.body;
    body += bytes.substr(0, kMaxErrorBodyBytes - body.size());
    exchange.truncated = body.size() == kMaxErrorBodyBytes;
    return exchange.truncated ? 0 : size;
  }
  if (status == 206 && exchange.delivered_bytes == 0) {
    if (const auto checked = CheckResumption(exchange); !checked.ok()) {
      exchange.error = checked.error();
      return 0;
    }
  }
  const uint64_t begin = exchange.delivered_bytes;
  exchange.delivered_bytes += bytes.size();
  if (exchange.delivered_bytes > exchange.request.max_bytes) {
    exchange.error = Error(
        exchange.faults,
        fmt::format("the server sent more than the {} bytes expected", exchange.request.max_bytes));
    return 0;
  }
  if (begin < exchange.skip_bytes) {
    bytes.remove_prefix(std::min<uint64_t>(bytes.size(), exchange.skip_bytes - begin));
  }
  if (!exchange.request.output) {
    exchange.response.body += bytes;
  } else if (!bytes.empty()) {
    if (auto taken = exchange.request.output(bytes); !taken.ok()) {
      exchange.error = std::move(taken).error();
      return 0;
    }
  }
  return size;
}

size_t OnUpload(char* buffer, size_t, size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const uint64_t left = exchange.request.body_bytes - exchange.sent_bytes;
  if (left == 0) return 0;
  const auto got = exchange.reader->Read({buffer, std::min<size_t>(size, left)});
  if (!got.ok()) {
    exchange.error = got.error();
    return CURL_READFUNC_ABORT;
  }
  if (*got == 0) {
    exchange.error =
        Error(exchange.faults, fmt::format("the content to upload ended at {} of {} bytes",
                                           exchange.sent_bytes, exchange.request.body_bytes));
    return CURL_READFUNC_ABORT;
  }
  exchange.sent_bytes += *got;
  return *got;
}

// libcurl rewinds when a connection that it kept alive turns out to be closed.
int OnRewind(void* user, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  auto reopened = exchange.request.body();
  if (!reopened.ok()) {
    exchange.error = std::move(reopened).error();
    return CURL_SEEKFUNC_FAIL;
  }
  exchange.reader = std::move(reopened).value();
  exchange.sent_bytes = 0;
  return CURL_SEEKFUNC_OK;
}

// Called at least once a second, also while nothing comes.
int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (!exchange.stop.stop_requested() && !exchange.request.stop.stop_requested()) return 0;
  exchange.error = Interrupted();
  return 1;
}

std::string FaultText(CURL* curl, CURLcode code, const char* detail) {
  long os_error = 0;
  curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
  std::string text;
  if (code == CURLE_COULDNT_CONNECT && os_error != 0) {
    text = std::generic_category().message(static_cast<int>(os_error));
  } else {
    text = detail[0] != '\0' ? detail : curl_easy_strerror(code);
  }
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

bool HasControlByte(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

Result<HeaderList> Headers(const HttpRequest& request, const std::string& authorization,
                           DiagnosticKind faults) {
  HeaderList list(nullptr, &curl_slist_free_all);
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) std::abort();  // out of memory
    (void)list.release();
    list.reset(longer);
  };
  std::vector<std::string> lines = request.headers;
  if (!authorization.empty()) lines.push_back("Authorization: " + authorization);
  // "Expect: 100-continue" costs a second where a server ignores it.
  lines.push_back("Expect:");
  for (const std::string& line : lines) {
    if (HasControlByte(line)) {
      return Error(faults, "a header of the request has control bytes");
    }
    add(line);
  }
  return list;
}

void SetMethod(CURL* curl, const HttpRequest& request) {
  switch (request.method) {
    case HttpMethod::kGet:
      curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
      return;
    case HttpMethod::kHead:
      curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
      return;
    case HttpMethod::kPost:
      curl_easy_setopt(curl, CURLOPT_POST, 1L);
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body_bytes));
      if (!request.body) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
      return;
    case HttpMethod::kDelete:
      curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "DELETE");
      return;
    case HttpMethod::kPut:
      curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
      curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body_bytes));
      return;
  }
}

// Performs one exchange with one server.
Result<HttpResponse> Perform(CURL* curl, const HttpRequest& request, const std::string& url,
                             const std::string& authorization, DiagnosticKind faults,
                             const std::stop_token& stop, uint64_t& delivered_bytes) {
  COOPER_ASSIGN_OR_RETURN(const Origin origin, OriginOf(url, faults));
  COOPER_ASSIGN_OR_RETURN(const HeaderList headers, Headers(request, authorization, faults));
  Exchange exchange{.request = request,
                    .faults = faults,
                    .stop = stop,
                    .curl = curl,
                    .response = {},
                    .reader = nullptr,
                    .skip_bytes = delivered_bytes,
                    .error = std::nullopt};
  if (request.body) {
    COOPER_ASSIGN_OR_RETURN(exchange.reader, request.body());
  }
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_reset(curl);  // keeps the connection
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "cooper");
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kTransferBufferBytes);
  curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, kTransferBufferBytes);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytesPerSecond);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kLowSpeedSeconds);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  if (IsLoopbackHost(origin.host)) curl_easy_setopt(curl, CURLOPT_PROXY, "");
  if (stop.stop_possible() || request.stop.stop_possible()) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, OnProgress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
  }
  SetMethod(curl, request);
  if (request.body) {
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, OnUpload);
    curl_easy_setopt(curl, CURLOPT_READDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, OnRewind);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, &exchange);
  }
  if (exchange.skip_bytes > 0) {
    curl_easy_setopt(curl, CURLOPT_RANGE, fmt::format("{}-", exchange.skip_bytes).c_str());
  }

  const CURLcode code = curl_easy_perform(curl);
  delivered_bytes = std::max(delivered_bytes, exchange.delivered_bytes);
  if (exchange.error) return std::move(*exchange.error);
  HttpResponse response = std::move(exchange.response);
  response.url = url;
  response.body_bytes = delivered_bytes;
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && exchange.truncated)) {
    response.status = static_cast<int>(exchange.Status());
  } else {
    response.fault = FaultText(curl, code, detail);
  }
  return response;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Performs the request and follows its redirects.
Result<HttpResponse> Follow(CURL* curl, const HttpRequest& request, DiagnosticKind faults,
                            const std::stop_token& stop, uint64_t& delivered_bytes) {
  std::string url = request.url;
  std::string authorization = request.authorization;
  COOPER_ASSIGN_OR_RETURN(Origin origin, OriginOf(url, faults));
  for (int hops = 0;; ++hops) {
    COOPER_ASSIGN_OR_RETURN(HttpResponse response, Perform(curl, request, url, authorization,
                                                           faults, stop, delivered_bytes));
    if (!IsRedirect(response.status) || !request.follow_redirects) return response;
    const bool reads = request.method == HttpMethod::kGet || request.method == HttpMethod::kHead;
    if (!reads && response.status != 307 && response.status != 308) return response;
    if (hops == request.max_redirects) {
      return Error(faults, fmt::format("`{}` redirects too often; the limit is {}",
                                       origin.ToString(), request.max_redirects));
    }
    COOPER_ASSIGN_OR_RETURN(url,
                            ResolveUrl(url, std::string(response.Header("location")), "", faults));
    COOPER_ASSIGN_OR_RETURN(const Origin next, OriginOf(url, faults));
    if (origin.scheme == "https" && next.scheme != "https") {
      return Error(faults, fmt::format("`{}` redirects to `{}`; plain HTTP is refused after HTTPS",
                                       origin.ToString(), next.ToString()));
    }
    if (next != origin) authorization.clear();
    origin = next;
  }
}

}  // namespace

struct HttpClient::Pool {
  std::mutex mutex;
  std::vector<CURL*> idle;

  ~Pool() {
    for (CURL* curl : idle) curl_easy_cleanup(curl);
  }
  CURL* Take() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return curl_easy_init();
    CURL* curl = idle.back();
    idle.pop_back();
    return curl;
  }
  void GiveBack(CURL* curl) {
    // The options point to what the request owned.
    curl_easy_reset(curl);
    const std::lock_guard lock(mutex);
    if (idle.size() < kMaxIdleHandles) {
      idle.push_back(curl);
    } else {
      curl_easy_cleanup(curl);
    }
  }
};

HttpClient::HttpClient(DiagnosticKind faults, std::stop_token stop)
    : faults_(faults), stop_(std::move(stop)), pool_(std::make_unique<Pool>()) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  if (!InitializeCurl()) return Error(faults_, "libcurl cannot be started");
  CURL* curl = pool_->Take();
  if (curl == nullptr) return Error(faults_, "libcurl cannot be started");
  auto backoff = kFirstBackoff;
  uint64_t delivered_bytes = 0;
  for (int attempt = 0;; ++attempt) {
    // What is collected is small and starts over.
    if (!request.output) delivered_bytes = 0;
    auto response = Follow(curl, request, faults_, stop_, delivered_bytes);
    const bool again =
        response.ok() && attempt < request.retries &&
        (response->status == 0 || response->status == 429 || response->status >= 500);
    if (!again) {
      pool_->GiveBack(curl);
      return response;
    }
    if (stop_.stop_requested() || request.stop.stop_requested()) {
      pool_->GiveBack(curl);
      return Interrupted();
    }
    std::this_thread::sleep_for(backoff);
    backoff *= 2;
  }
}

std::string_view HttpResponse::Header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

std::optional<int64_t> ParseHttpDate(std::string_view text) {
  if (text.empty() || text.size() > kMaxDateBytes) return std::nullopt;
  const time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds == -1) return std::nullopt;
  return seconds;
}

}  // namespace cooper
