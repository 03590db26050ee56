#include "backends/registry/registry_client.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "backends/filesystem/tree/string_reader.h"
#include "backends/http/http_client.h"
#include "backends/http/url.h"
#include "backends/registry/authenticator.h"
#include "backends/registry/registry_error.h"
#include "backends/registry/registry_origin.h"
#include "ir/image/manifest.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

constexpr auto kUploadBackoff = std::chrono::milliseconds(100);
const char* const kPull = "pull";
const char* const kPush = "pull,push";

// What may go better when the upload starts over, also when the registry lost it.
bool IsWorthRestarting(int status) {
  return status == 0 || status == 404 || status == 416 || status == 429 || status >= 500;
}

std::string WithoutParameters(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return std::string(content_type);
}

Error InRepository(Error error, std::string_view action, const Descriptor& blob,
                   const Reference& repository) {
  error.Within(
      fmt::format("{} blob `{}` of `{}`", action, blob.digest.ToString(), repository.Repository()));
  return error;
}

}  // namespace

struct RegistryClient::State {
  RegistryOptions options;
  HttpClient http;
  Authenticator authenticator;
  std::mutex mutex;
  std::map<std::string, Origin> origins;  // by domain

  State(RegistryOptions given, Credentials credentials)
      : options(std::move(given)),
        http(DiagnosticKind::kRegistry, options.stop),
        authenticator(http, std::move(credentials), options.retries) {}

  Result<Origin> Locate(const Reference& reference);
  Result<HttpResponse> Send(const Origin& origin, const Reference& reference,
                            const std::string& actions, HttpRequest request);
  // One try to upload; true when it is done, false when it is worth starting over
  // and `last` is not.
  Result<bool> Upload(const Origin& origin, const Reference& repository, const Descriptor& blob,
                      const std::function<Result<std::unique_ptr<ContentReader>>()>& open,
                      bool last);
  Status Push(const Reference& repository, const Descriptor& blob,
              const std::function<Result<std::unique_ptr<ContentReader>>()>& open);
  Status Fetch(const Reference& repository, const Descriptor& blob,
               const std::function<Status(std::string_view)>& output, const std::stop_token& stop);

  std::string UrlOf(const Origin& origin, const Reference& reference, std::string_view rest) const {
    return fmt::format("{}/v2/{}/{}", origin.ToString(), reference.path, rest);
  }
};

// Of several origins, the first at which something speaks HTTP.
Result<Origin> RegistryClient::State::Locate(const Reference& reference) {
  {
    const std::lock_guard lock(mutex);
    if (const auto known = origins.find(reference.domain); known != origins.end()) {
      return known->second;
    }
  }
  COOPER_ASSIGN_OR_RETURN(const std::vector<Origin> candidates,
                          RegistryOrigins(reference.domain, options.insecure_hosts));
  std::optional<Origin> found;
  if (candidates.size() == 1) found = candidates.front();
  for (size_t i = 0; !found; ++i) {
    HttpRequest probe;
    probe.url = candidates[i].ToString() + "/v2/";
    probe.follow_redirects = false;
    COOPER_ASSIGN_OR_RETURN(const HttpResponse response, http.Send(probe));
    if (response.status != 0) {
      found = candidates[i];
    } else if (i + 1 == candidates.size()) {
      return AnswerError(response);
    }
  }
  const std::lock_guard lock(mutex);
  origins[reference.domain] = *found;
  return *found;
}

// Sends a request to the registry itself, with credentials once it asks for them.
// 401 and 403 come back as errors.
Result<HttpResponse> RegistryClient::State::Send(const Origin& origin, const Reference& reference,
                                                 const std::string& actions, HttpRequest request) {
  request.authorization = authenticator.Known(origin, reference, actions);
  COOPER_ASSIGN_OR_RETURN(HttpResponse response, http.Send(request));
  if (response.status == 401) {
    // Only what the registry itself asks for is answered, not what a redirect leads to.
    COOPER_ASSIGN_OR_RETURN(const Origin asked_by,
                            OriginOf(response.url, DiagnosticKind::kRegistry));
    std::string authorization;
    if (asked_by == origin) {
      COOPER_ASSIGN_OR_RETURN(authorization,
                              authenticator.Answer(origin, reference, actions, response));
    }
    if (!authorization.empty()) {
      request.authorization = std::move(authorization);
      COOPER_ASSIGN_OR_RETURN(response, http.Send(request));
    }
  }
  if (response.status == 401 || response.status == 403) {
    return authenticator.Refused(reference, response);
  }
  return response;
}

RegistryClient::RegistryClient(RegistryOptions options, Credentials credentials)
    : state_(std::make_unique<State>(std::move(options), std::move(credentials))) {}
RegistryClient::~RegistryClient() = default;

Result<FetchedManifest> RegistryClient::FetchManifest(const Reference& reference) {
  const auto within = [&](Error error) {
    error.Within(fmt::format("pull of `{}`", reference.FamiliarString()));
    return error;
  };
  const auto origin = state_->Locate(reference);
  if (!origin.ok()) return within(origin.error());
  HttpRequest request;
  request.url = state_->UrlOf(
      *origin, reference,
      "manifests/" + (reference.digest ? reference.digest->ToString() : reference.tag));
  for (const std::string_view type : {media_type::kOciIndex, media_type::kOciManifest,
                                      media_type::kDockerIndex, media_type::kDockerManifest}) {
    request.headers.push_back(fmt::format("Accept: {}", type));
  }
  request.max_bytes = kMaxManifestBytes;
  request.retries = state_->options.retries;
  auto response = state_->Send(*origin, reference, kPull, std::move(request));
  if (!response.ok()) return within(std::move(response).error());
  if (response->status == 404) {
    const std::string said = RegistrySays(*response);
    return Error(DiagnosticKind::kImageNotFound,
                 fmt::format("`{}` is not in the registry{}{}", reference.FamiliarString(),
                             said.empty() ? "" : "; it says ", said));
  }
  if (!response->ok()) return within(AnswerError(*response));

  FetchedManifest manifest;
  manifest.descriptor.media_type = WithoutParameters(response->Header("content-type"));
  manifest.bytes = std::move(response->body);
  manifest.descriptor.size_bytes = manifest.bytes.size();
  manifest.descriptor.digest = Digest::Of(manifest.bytes);
  const std::string& type = manifest.descriptor.media_type;
  if (!IsManifestMediaType(type) && !IsIndexMediaType(type)) {
    return within(Error(DiagnosticKind::kUnsupported,
                        fmt::format("the media type of its manifest is `{}`; OCI and Docker schema "
                                    "2 manifests and indexes are supported",
                                    type)));
  }
  if (reference.digest && *reference.digest != manifest.descriptor.digest) {
    return within(Error(DiagnosticKind::kImageInvalid,
                        fmt::format("the manifest sent has digest `{}`, not the one asked for",
                                    manifest.descriptor.digest.ToString())));
  }
  return manifest;
}

Status RegistryClient::State::Fetch(const Reference& repository, const Descriptor& blob,
                                    const std::function<Status(std::string_view)>& output,
                                    const std::stop_token& stop) {
  COOPER_ASSIGN_OR_RETURN(const Origin origin, Locate(repository));
  HttpRequest request;
  request.url = UrlOf(origin, repository, "blobs/" + blob.digest.ToString());
  request.output = output;
  request.max_bytes = blob.size_bytes;
  request.retries = options.retries;
  request.stop = stop;
  COOPER_ASSIGN_OR_RETURN(const HttpResponse response,
                          Send(origin, repository, kPull, std::move(request)));
  if (!response.ok()) return AnswerError(response);
  if (response.body_bytes != blob.size_bytes) {
    return Error(DiagnosticKind::kRegistry, fmt::format("the registry sent {} bytes instead of {}",
                                                        response.body_bytes, blob.size_bytes));
  }
  return Ok();
}

Status RegistryClient::FetchBlob(const Reference& repository, const Descriptor& blob,
                                 const std::function<Status(std::string_view)>& output,
                                 const std::stop_token& stop) {
  Status status = state_->Fetch(repository, blob, output, stop);
  if (!status.ok()) return InRepository(std::move(status).error(), "pull of", blob, repository);
  return status;
}

Result<bool> RegistryClient::State::Upload(
    const Origin& origin, const Reference& repository, const Descriptor& blob,
    const std::function<Result<std::unique_ptr<ContentReader>>()>& open, bool last) {
  HttpRequest start;
  start.method = HttpMethod::kPost;
  start.url = UrlOf(origin, repository, "blobs/uploads/");
  start.retries = options.retries;
  COOPER_ASSIGN_OR_RETURN(const HttpResponse started,
                          Send(origin, repository, kPush, std::move(start)));
  if (started.status != 202) return AnswerError(started);

  HttpRequest put;
  put.method = HttpMethod::kPut;
  COOPER_ASSIGN_OR_RETURN(
      put.url, ResolveUrl(started.url, std::string(started.Header("location")),
                          "digest=" + blob.digest.ToString(), DiagnosticKind::kRegistry));
  put.headers = {"Content-Type: application/octet-stream"};
  put.body = open;
  put.body_bytes = blob.size_bytes;
  COOPER_ASSIGN_OR_RETURN(const Origin target, OriginOf(put.url, DiagnosticKind::kRegistry));
  if (origin.scheme == "https" && target.scheme != "https") {
    return Error(DiagnosticKind::kRegistry,
                 fmt::format("the registry wants the upload at `{}`; plain HTTP is refused after "
                             "HTTPS",
                             target.ToString()));
  }
  // Another host gets the bytes, but no credentials.
  COOPER_ASSIGN_OR_RETURN(const HttpResponse response,
                          target == origin ? Send(origin, repository, kPush, put) : http.Send(put));
  if (response.ok()) return true;
  if (!last && IsWorthRestarting(response.status)) return false;
  return AnswerError(response);
}

Status RegistryClient::State::Push(
    const Reference& repository, const Descriptor& blob,
    const std::function<Result<std::unique_ptr<ContentReader>>()>& open) {
  COOPER_ASSIGN_OR_RETURN(const Origin origin, Locate(repository));
  HttpRequest head;
  head.method = HttpMethod::kHead;
  head.url = UrlOf(origin, repository, "blobs/" + blob.digest.ToString());
  head.retries = options.retries;
  COOPER_ASSIGN_OR_RETURN(const HttpResponse present,
                          Send(origin, repository, kPush, std::move(head)));
  if (present.ok()) return Ok();
  if (present.status != 404) return AnswerError(present);
  auto backoff = kUploadBackoff;
  for (int attempt = 0;; ++attempt) {
    COOPER_ASSIGN_OR_RETURN(const bool done,
                            Upload(origin, repository, blob, open, attempt >= options.retries));
    if (done) return Ok();
    std::this_thread::sleep_for(backoff);
    backoff *= 2;
  }
}

Status RegistryClient::CheckPush(const Reference& repository) {
  COOPER_ASSIGN_OR_RETURN(const Origin origin, state_->Locate(repository));
  HttpRequest start;
  start.method = HttpMethod::kPost;
  start.url = state_->UrlOf(origin, repository, "blobs/uploads/");
  start.retries = state_->options.retries;
  COOPER_ASSIGN_OR_RETURN(const HttpResponse started,
                          state_->Send(origin, repository, kPush, std::move(start)));
  if (started.status != 202) return AnswerError(started);
  // An upload that is not cancelled goes away with time, so failures do not matter.
  const auto url = ResolveUrl(started.url, std::string(started.Header("location")), "",
                              DiagnosticKind::kRegistry);
  const auto target =
      url.ok() ? OriginOf(*url, DiagnosticKind::kRegistry) : Result<Origin>(url.error());
  if (target.ok() && *target == origin) {
    HttpRequest cancel;
    cancel.method = HttpMethod::kDelete;
    cancel.url = *url;
    const auto ignored = state_->Send(origin, repository, kPush, std::move(cancel));
    (void)ignored;
  }
  return Ok();
}

Status RegistryClient::PushBlob(
    const Reference& repository, const Descriptor& blob,
    const std::function<Result<std::unique_ptr<ContentReader>>()>& open) {
  Status status = state_->Push(repository, blob, open);
  if (!status.ok()) return InRepository(std::move(status).error(), "push of", blob, repository);
  return status;
}

Result<Digest> RegistryClient::PushManifest(const Reference& reference, std::string_view bytes,
                                            std::string_view media_type) {
  const auto within = [&](Error error) {
    error.Within(fmt::format("push of the manifest to `{}`", reference.FamiliarString()));
    return error;
  };
  const Digest digest = Digest::Of(bytes);
  const auto origin = state_->Locate(reference);
  if (!origin.ok()) return within(origin.error());
  HttpRequest request;
  request.method = HttpMethod::kPut;
  request.url =
      state_->UrlOf(*origin, reference,
                    "manifests/" + (reference.tag.empty() ? digest.ToString() : reference.tag));
  request.headers = {fmt::format("Content-Type: {}", media_type)};
  request.body = [&]() -> Result<std::unique_ptr<ContentReader>> {
    return std::unique_ptr<ContentReader>(std::make_unique<StringReader>(bytes));
  };
  request.body_bytes = bytes.size();
  request.retries = state_->options.retries;
  auto response = state_->Send(*origin, reference, kPush, std::move(request));
  if (!response.ok()) return within(std::move(response).error());
  if (!response->ok()) return within(AnswerError(*response));
  return digest;
}

}  // namespace cooper
