// Keys and passwords by the names that tools give them. What is once in a layer stays
// readable when a later instruction removes it.

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/lint/catalog/local_sources.h"

namespace cooper {
namespace {

constexpr std::string_view kNames[] = {
    ".env",       ".git-credentials", ".htpasswd",   ".netrc",       ".npmrc",      ".pgpass",
    ".pypirc",    ".yarnrc.yml",      "id_dsa",      "id_ecdsa",     "id_ed25519",  "id_rsa",
    ".dockercfg", "credentials.json", "secrets.yml", "secrets.yaml", "secrets.json"};
constexpr std::string_view kPaths[] = {".aws/credentials", ".docker/config.json", ".kube/config"};
constexpr std::string_view kSuffixes[] = {".pem", ".key", ".p12", ".pfx", ".jks", ".keystore"};
// Certificates and public keys share the suffixes of private ones.
constexpr std::string_view kPublic[] = {"ca.",   "ca-", "_ca", "-ca",    "cert",
                                        "chain", "crt", "pub", "bundle", "trust"};

bool LooksSecret(const std::string& path) {
  const std::string lower = llvm::StringRef(path).lower();
  const std::string_view name = std::string_view(lower).substr(lower.rfind('/') + 1);
  if (std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames)) return true;
  const auto ends = [&](std::string_view end) { return lower.ends_with(end); };
  if (std::any_of(std::begin(kPaths), std::end(kPaths), ends)) return true;
  return std::any_of(std::begin(kSuffixes), std::end(kSuffixes), ends) &&
         std::none_of(std::begin(kPublic), std::end(kPublic), [&](std::string_view part) {
           return name.find(part) != std::string_view::npos;
         });
}

class SecretFileCopied final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    for (const LocalSource& source : LocalSourcesOf(at)) {
      if (!LooksSecret(source.path)) continue;
      reporter.Report(
          at.instruction, source.range,
          fmt::format("`{}` looks like a file with credentials, which stay in the image",
                      source.path),
          "use `RUN --mount=type=secret`");
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeSecretFileCopied() { return std::make_unique<SecretFileCopied>(); }

}  // namespace cooper
