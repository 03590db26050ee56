#include "backends/registry/authenticator.h"

#include <fmt/format.h>
#include <llvm/Support/Base64.h>

#include <algorithm>

#include "backends/http/url.h"
#include "backends/registry/registry_error.h"
#include "ir/image/json_fields.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr uint64_t kMaxTokenBytes = 64 << 10;

std::string BasicAuthorization(const BasicCredential& credential) {
  return "Basic " + llvm::encodeBase64(credential.user + ":" + credential.password);
}

std::string ScopeOf(const Reference& repository, const std::string& actions) {
  return fmt::format("repository:{}:{}", repository.path, actions);
}

Result<std::vector<Challenge>> ChallengesOf(const HttpResponse& refusal) {
  std::vector<Challenge> challenges;
  for (const auto& [name, value] : refusal.headers) {
    if (name != "www-authenticate") continue;
    COOPER_ASSIGN_OR_RETURN(const std::vector<Challenge> parsed, ParseChallenges(value));
    challenges.insert(challenges.end(), parsed.begin(), parsed.end());
  }
  return challenges;
}

const Challenge* FindScheme(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::find_if(challenges.begin(), challenges.end(),
                                  [&](const Challenge& c) { return c.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

std::string ParameterOf(const Challenge& challenge, const std::string& name) {
  const auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? "" : found->second;
}

}  // namespace

std::string Authenticator::Known(const Origin& registry, const Reference& repository,
                                 const std::string& actions) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find({registry.ToString(), ScopeOf(repository, actions)});
  return found == known_.end() ? "" : found->second;
}

Result<std::string> Authenticator::Answer(const Origin& registry, const Reference& repository,
                                          const std::string& actions, const HttpResponse& refusal) {
  COOPER_ASSIGN_OR_RETURN(const std::vector<Challenge> challenges, ChallengesOf(refusal));
  if (challenges.empty()) return std::string();
  const std::string scope = ScopeOf(repository, actions);
  std::string authorization;
  if (const Challenge* bearer = FindScheme(challenges, "bearer")) {
    COOPER_ASSIGN_OR_RETURN(authorization, FetchToken(registry, *bearer, scope, repository));
  } else if (FindScheme(challenges, "basic") != nullptr) {
    COOPER_ASSIGN_OR_RETURN(const auto credential, credentials_.Find(repository));
    if (credential) authorization = BasicAuthorization(*credential);
  } else {
    return Error(DiagnosticKind::kUnsupported,
                 fmt::format("`{}` asks for authentication by `{}`; basic and bearer are supported",
                             registry.ToString(), challenges.front().scheme));
  }
  const std::lock_guard lock(mutex_);
  known_[{registry.ToString(), scope}] = authorization;
  return authorization;
}

Result<std::string> Authenticator::FetchToken(const Origin& registry, const Challenge& challenge,
                                              const std::string& scope,
                                              const Reference& repository) {
  std::string url = ParameterOf(challenge, "realm");
  COOPER_ASSIGN_OR_RETURN(const Origin realm, OriginOf(url, DiagnosticKind::kRegistry));
  if (!MayAuthenticateAt(registry, realm)) {
    return Error(DiagnosticKind::kRegistryAuth,
                 fmt::format("`{}` asks for a token of `{}`, which is not of its own domain; no "
                             "credentials are sent there",
                             registry.ToString(), realm.ToString()));
  }
  if (const std::string service = ParameterOf(challenge, "service"); !service.empty()) {
    COOPER_ASSIGN_OR_RETURN(url,
                            ResolveUrl(url, url, "service=" + service, DiagnosticKind::kRegistry));
  }
  COOPER_ASSIGN_OR_RETURN(url, ResolveUrl(url, url, "scope=" + scope, DiagnosticKind::kRegistry));

  HttpRequest request;
  request.url = std::move(url);
  request.follow_redirects = false;
  request.retries = retries_;
  request.max_bytes = kMaxTokenBytes;
  COOPER_ASSIGN_OR_RETURN(const auto credential, credentials_.Find(repository));
  if (credential) request.authorization = BasicAuthorization(*credential);
  COOPER_ASSIGN_OR_RETURN(const HttpResponse response, http_.Send(request));
  const auto within = [&](Error error) {
    error.Within(fmt::format("token server `{}`", realm.ToString()));
    return error;
  };
  if (response.status == 401 || response.status == 403) {
    return within(Refused(repository, response));
  }
  if (!response.ok()) return within(AnswerError(response));
  const auto object = ParseJsonObject(response.body, kMaxTokenBytes, "token");
  if (!object.ok()) {
    return within(Error(DiagnosticKind::kRegistry, "the answer is not a JSON object"));
  }
  for (const char* key : {"token", "access_token"}) {
    const llvm::StringRef token = object->getString(key).value_or("");
    if (token.empty()) continue;
    // Visible ASCII alone: nothing that could start another header.
    if (!std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
      return within(Error(DiagnosticKind::kRegistry, "the token has control bytes"));
    }
    return "Bearer " + token.str();
  }
  return within(Error(DiagnosticKind::kRegistry, "the answer has no token"));
}

Error Authenticator::Refused(const Reference& repository, const HttpResponse& refusal) const {
  const auto credential = credentials_.Find(repository);
  std::string message = fmt::format("HTTP {}", refusal.status);
  if (credential.ok() && credential->has_value()) {
    message +=
        fmt::format(" and the registry refused the credentials of `{}`", credentials_.name());
  } else if (credentials_.name().empty()) {
    message +=
        " and no credentials for this host; log in, or name the directory of a `config.json` in "
        "DOCKER_CONFIG";
  } else {
    message += fmt::format(" and no credentials for this host in `{}`", credentials_.name());
  }
  if (const std::string said = RegistrySays(refusal); !said.empty()) {
    message += "; the registry says " + said;
  }
  return Error(DiagnosticKind::kRegistryAuth, std::move(message));
}

}  // namespace cooper
