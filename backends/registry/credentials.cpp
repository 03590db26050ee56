#include "backends/registry/credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <llvm/Support/Base64.h>
#include <llvm/Support/JSON.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {
namespace {

Error Fault(std::string_view name, std::string_view reason) {
  return Error(DiagnosticKind::kCredentials, fmt::format("`{}` {}", name, reason));
}

// The text of the file, or nothing when there is none. The path may lead over
// links, as a mounted secret does; what it leads to must be a regular file.
Result<std::optional<std::string>> ReadFile(const std::string& path) {
  const ScopedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return ErrnoError(DiagnosticKind::kCredentials, fmt::format("cannot open `{}`", path), errno);
  }
  struct stat status = {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Fault(path, "is not a regular file");
  }
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return ErrnoError(DiagnosticKind::kCredentials, fmt::format("cannot read `{}`", path), errno);
    }
    if (got == 0) return std::optional<std::string>(std::move(text));
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > kMaxCredentialFileBytes) {
      return Fault(path, fmt::format("is larger than {} bytes", kMaxCredentialFileBytes));
    }
  }
}

// "https://index.docker.io/v1/" -> "docker.io"; "http://host:5000/team/" ->
// "host:5000/team".
std::string NormalizeKey(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  }
  while (key.ends_with('/')) key.remove_suffix(1);
  for (const std::string_view version : {"/v1", "/v2"}) {
    if (key.ends_with(version)) key.remove_suffix(version.size());
  }
  const std::string_view host = key.substr(0, key.find('/'));
  if (host == "index.docker.io" || host == "registry-1.docker.io") {
    return "docker.io" + std::string(key.substr(host.size()));
  }
  return std::string(key);
}

std::string StringAt(const llvm::json::Object& object, llvm::StringRef name) {
  return object.getString(name).value_or("").str();
}

// The user and password of one entry of `auths`; nothing for an entry without,
// such as a credential helper leaves behind.
Result<std::optional<BasicCredential>> ParseEntry(const llvm::json::Object& entry,
                                                  const std::string& key, const std::string& name) {
  const std::string encoded = StringAt(entry, "auth");
  if (encoded.empty()) {
    BasicCredential plain{StringAt(entry, "username"), StringAt(entry, "password")};
    if (plain.user.empty() || plain.password.empty()) return std::optional<BasicCredential>();
    return std::optional(std::move(plain));
  }
  const auto malformed = [&] {
    return Fault(
        name,
        fmt::format("has a malformed `auth` for `{}`; it must be base64 of user:password", key));
  };
  std::vector<char> decoded;
  if (llvm::Error error = llvm::decodeBase64(encoded, decoded)) {
    // Its text quotes the bytes.
    llvm::consumeError(std::move(error));
    return malformed();
  }
  const std::string_view pair(decoded.data(), decoded.size());
  const size_t colon = pair.find(':');
  if (colon == std::string_view::npos || colon == 0) return malformed();
  std::string password(pair.substr(colon + 1));
  // Docker pads what it wrote long ago with NUL bytes.
  while (password.ends_with('\0')) password.pop_back();
  return std::optional(BasicCredential{std::string(pair.substr(0, colon)), std::move(password)});
}

}  // namespace

Result<Credentials> Credentials::Load(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadFile(path));
    if (text) return Parse(*text, path);
  }
  return Credentials();
}

Result<Credentials> Credentials::Parse(std::string_view json, std::string name) {
  Credentials credentials;
  credentials.name_ = std::move(name);
  const std::string& file = credentials.name_;
  auto parsed = llvm::json::parse(llvm::StringRef(json.data(), json.size()));
  if (!parsed) {
    llvm::consumeError(parsed.takeError());
    return Fault(file, "is not valid JSON; mend it or log in again");
  }
  const llvm::json::Object* root = parsed->getAsObject();
  if (root == nullptr) return Fault(file, "is not a JSON object");
  if (const llvm::json::Value* value = root->get("auths")) {
    const llvm::json::Object* auths = value->getAsObject();
    if (auths == nullptr) return Fault(file, "has `auths` that is not an object");
    for (const auto& [raw_key, raw_entry] : *auths) {
      const std::string key = raw_key.str();
      const llvm::json::Object* entry = raw_entry.getAsObject();
      if (entry == nullptr) {
        return Fault(file, fmt::format("has an `auths` entry for `{}` that is not an object", key));
      }
      for (const char* kind : {"identitytoken", "registrytoken"}) {
        if (!StringAt(*entry, kind).empty()) credentials.tokens_[NormalizeKey(key)] = kind;
      }
      COOPER_ASSIGN_OR_RETURN(auto credential, ParseEntry(*entry, key, file));
      if (credential) credentials.auths_[NormalizeKey(key)] = std::move(*credential);
    }
  }
  if (const llvm::json::Object* helpers = root->getObject("credHelpers")) {
    for (const auto& [host, helper] : *helpers) {
      credentials.helpers_[NormalizeKey(host.str())] = helper.getAsString().value_or("").str();
    }
  }
  if (const std::string store = StringAt(*root, "credsStore"); !store.empty()) {
    credentials.helpers_[""] = store;
  }
  return credentials;
}

Result<std::optional<BasicCredential>> Credentials::Find(const Reference& reference) const {
  std::string key = reference.Repository();
  while (true) {
    if (const auto helper = helpers_.find(key); helper != helpers_.end()) {
      return Fault(name_, fmt::format("names the credential helper `{}` for `{}`; helpers are not "
                                      "supported, put an `auth` under `auths` instead",
                                      helper->second, key));
    }
    if (const auto token = tokens_.find(key); token != tokens_.end()) {
      return Fault(name_, fmt::format("has an `{}` for `{}`; it is not supported, log in with a "
                                      "password or an access token instead",
                                      token->second, key));
    }
    if (const auto found = auths_.find(key); found != auths_.end()) {
      return std::optional(found->second);
    }
    const size_t slash = key.rfind('/');
    if (slash == std::string::npos) break;
    key.resize(slash);
  }
  if (const auto store = helpers_.find(""); store != helpers_.end()) {
    return Fault(name_,
                 fmt::format("names the credential store `{}`; stores are not supported, put "
                             "an `auth` for `{}` under `auths` instead",
                             store->second, reference.domain));
  }
  return std::optional<BasicCredential>();
}

}  // namespace cooper
