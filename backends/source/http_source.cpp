#include "backends/source/http_source.h"

#include <fmt/format.h>
#include <llvm/Support/Base64.h>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "backends/http/url.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

constexpr int kRetries = 2;
constexpr auto kFirstBackoff = std::chrono::milliseconds(100);
constexpr size_t kMaxEtagBytes = 1024;
constexpr int64_t kLastSecond = 253402300799;  // of the year 9999

Error Interrupted() { return {DiagnosticKind::kInterrupted, "the build was interrupted"}; }

std::optional<Digest> PinOf(const SourceHttpOp& op) { return op.checksum ? op.checksum : op.pin; }

std::string NameOf(const SourceHttpOp& op) {
  return op.filename.empty() ? UrlFileName(op.url) : op.filename;
}

Error Failed(const SourceHttpOp& op, const HttpResponse& response) {
  const std::string url = ShownUrl(op.url);
  if (response.status == 404 || response.status == 410) {
    return {DiagnosticKind::kMissingSource,
            fmt::format("`{}` is not on the server: HTTP {}", url, response.status)};
  }
  if (response.status == 401 || response.status == 403) {
    return {DiagnosticKind::kDownload,
            fmt::format("cannot fetch `{}`: HTTP {}; the server wants other credentials than the "
                        "URL has",
                        url, response.status)};
  }
  return {
      DiagnosticKind::kDownload,
      fmt::format("cannot fetch `{}`: {}", url,
                  response.status == 0 ? response.fault : fmt::format("HTTP {}", response.status))};
}

Error Within(Error error, const SourceHttpOp& op) {
  if (error.kind() == DiagnosticKind::kDownload) {
    error.Within(fmt::format("cannot fetch `{}`", ShownUrl(op.url)));
  }
  return error;
}

bool IsWorthRetrying(const HttpResponse& response) {
  return response.status == 0 || response.status == 429 || response.status >= 500;
}

uint64_t LastModified(const HttpResponse& response, uint64_t otherwise) {
  const std::optional<int64_t> seconds = ParseHttpDate(response.Header("last-modified"));
  if (!seconds) return otherwise;
  return *seconds < 0 || *seconds > kLastSecond ? 0 : static_cast<uint64_t>(*seconds);
}

// A validator that promises the same bytes; else nothing. A weak one starts with `W/`.
std::string StrongEtag(const HttpResponse& response) {
  const std::string_view etag = response.Header("etag");
  const bool strong =
      etag.size() >= 2 && etag.size() <= kMaxEtagBytes && etag.front() == '"' && etag.back() == '"';
  if (!strong) return std::string();
  // etagc of RFC 9110, 8.8.3: what a later request may send back.
  const std::string_view inside = etag.substr(1, etag.size() - 2);
  const bool plain = std::all_of(inside.begin(), inside.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != '"' && byte != 0x7f;
  });
  return plain ? std::string(etag) : std::string();
}

// Records are by digest, as the URL may have a signature in its query.
Digest RecordKey(const SourceHttpOp& op) { return Digest::Of(op.url); }

Result<std::string> Authorization(const SourceHttpOp& op, const std::string& userinfo) {
  if (userinfo.empty()) return std::string();
  COOPER_ASSIGN_OR_RETURN(const Origin origin, OriginOf(op.url, DiagnosticKind::kDownload));
  if (origin.scheme != "https" && !IsLoopbackHost(origin.host)) {
    return Error(DiagnosticKind::kInvalidArgument,
                 fmt::format("the password in the URL would go to `{}` for everyone to read; use "
                             "`https://`",
                             origin.ToString()));
  }
  const size_t colon = std::min(userinfo.find(':'), userinfo.size());
  const std::string user = PercentDecoded(std::string_view(userinfo).substr(0, colon));
  const std::string password =
      colon == userinfo.size() ? "" : PercentDecoded(std::string_view(userinfo).substr(colon + 1));
  return "Basic " + llvm::encodeBase64(user + ":" + password);
}

class BlobContent : public ContentStore {
 public:
  BlobContent(Store& store, const Digest& digest) : store_(store), digest_(digest) {}
  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry&) const override {
    return store_.OpenBlob(digest_);
  }

 private:
  Store& store_;
  const Digest digest_;
};

}  // namespace

Result<HttpRequest> HttpSource::RequestFor(const SourceHttpOp& op, const std::string& userinfo,
                                           const std::stop_token& stop) const {
  HttpRequest request;
  request.url = op.url;
  COOPER_ASSIGN_OR_RETURN(request.authorization, Authorization(op, userinfo));
  request.max_redirects = kMaxDownloadRedirects;
  request.max_bytes = kMaxDownloadBytes;
  request.stop = stop;
  return request;
}

Result<std::optional<HttpFile>> HttpSource::TryUpdate(const SourceHttpOp& op, HttpRequest request,
                                                      bool conditional, HttpResponse& response) {
  std::optional<DownloadRecord> known;
  if (conditional) {
    COOPER_ASSIGN_OR_RETURN(known, store_.FindDownload(RecordKey(op)));
  }
  if (known) request.headers.push_back("If-None-Match: " + known->etag);
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> writer, store_.NewBlob());
  request.output = [&](std::string_view bytes) { return writer->Write(bytes); };
  COOPER_ASSIGN_OR_RETURN(response, http_.Send(request));

  HttpFile file;
  if (known && response.status == 304 && response.url == op.url) {
    file.digest = known->blob;
    file.mtime = LastModified(response, known->mtime);
    return std::optional<HttpFile>(file);
  }
  // Another success, such as 206, has not the whole file.
  if (response.status != 200) return std::optional<HttpFile>();
  COOPER_ASSIGN_OR_RETURN(file.digest, writer->Commit(std::nullopt));
  file.mtime = LastModified(response, 0);
  // A validator holds for the URL that gave it, and where a redirect leads may change.
  const std::string etag = response.url == op.url ? StrongEtag(response) : "";
  if (!etag.empty()) {
    COOPER_RETURN_IF_ERROR(store_.PutDownload(
        RecordKey(op), {.blob = file.digest, .etag = etag, .mtime = file.mtime}));
  }
  return std::optional<HttpFile>(file);
}

Result<HttpFile> HttpSource::Update(const SourceHttpOp& op, const std::string& userinfo,
                                    const std::stop_token& stop) {
  COOPER_ASSIGN_OR_RETURN(const HttpRequest request, RequestFor(op, userinfo, stop));
  auto backoff = kFirstBackoff;
  // Each try starts over: nothing says that the rest of a file is of the same content.
  bool conditional = true;
  for (int attempt = 0;; ++attempt) {
    HttpResponse response;
    auto file = TryUpdate(op, request, conditional, response);
    if (!file.ok()) return Within(std::move(file).error(), op);
    if (*file) return **file;
    // "Not modified" of another URL says nothing about the file that the store has.
    if (conditional && response.status == 304) {
      conditional = false;
      continue;
    }
    if (attempt == kRetries || !IsWorthRetrying(response)) return Failed(op, response);
    if (stop.stop_requested()) return Interrupted();
    std::this_thread::sleep_for(backoff);
    backoff *= 2;
  }
}

std::optional<HttpFile> HttpSource::Recall(const SourceHttpOp& op, const std::string& userinfo,
                                           const std::stop_token& stop) {
  const auto known = store_.FindDownload(RecordKey(op));
  if (!known.ok() || !*known) return std::nullopt;
  auto request = RequestFor(op, userinfo, stop);
  if (!request.ok()) return std::nullopt;
  request->method = HttpMethod::kHead;
  request->headers.push_back("If-None-Match: " + (*known)->etag);
  const auto response = http_.Send(*request);
  if (!response.ok() || response->status != 304 || response->url != op.url) return std::nullopt;
  return HttpFile{.digest = (*known)->blob, .mtime = LastModified(*response, (*known)->mtime)};
}

Status HttpSource::Fetch(const SourceHttpOp& op, const std::string& userinfo,
                         const std::stop_token& stop) {
  const std::optional<Digest> pin = PinOf(op);
  if (!pin) {
    return Error(DiagnosticKind::kInternal,
                 fmt::format("`{}` was to be fetched without a pin", ShownUrl(op.url)));
  }
  if (store_.HasBlob(*pin)) return Ok();
  COOPER_ASSIGN_OR_RETURN(HttpRequest request, RequestFor(op, userinfo, stop));
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> writer, store_.NewBlob());
  request.output = [&](std::string_view bytes) { return writer->Write(bytes); };
  request.retries = kRetries;
  const auto response = http_.Send(request);
  if (!response.ok()) return Within(response.error(), op);
  if (!response->ok()) return Failed(op, *response);
  auto committed = writer->Commit(*pin);
  if (committed.ok()) return Ok();
  Error error = std::move(committed).error();
  if (error.kind() != DiagnosticKind::kImageInvalid) return error;
  return Error(op.checksum ? DiagnosticKind::kInvalidFlag : DiagnosticKind::kDownload,
               fmt::format("checksum mismatch at `{}`: {}", ShownUrl(op.url), error.message()));
}

Result<FileTree> OpenHttpTree(const SourceHttpOp& op, Store& store) {
  const std::optional<Digest> pin = PinOf(op);
  if (!pin) {
    return Error(DiagnosticKind::kInternal,
                 fmt::format("`{}` was to be read without a pin", ShownUrl(op.url)));
  }
  TreeEntry entry;
  entry.path = NameOf(op);
  entry.mode = 0600;
  COOPER_ASSIGN_OR_RETURN(entry.size_bytes, store.BlobSize(*pin));
  entry.mtime.seconds = static_cast<int64_t>(op.mtime);
  FileTree tree;
  tree.Push({std::make_shared<const LayerIndex>(std::vector<TreeEntry>{std::move(entry)}),
             std::make_shared<BlobContent>(store, *pin)});
  return tree;
}

}  // namespace cooper
