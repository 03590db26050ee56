#include "backends/registry/registry_origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/http/url.h"

namespace cooper {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Origins(std::string_view domain,
                                 const std::vector<std::string>& insecure = {}) {
  const auto origins = RegistryOrigins(domain, insecure);
  EXPECT_TRUE(origins.ok());
  std::vector<std::string> texts;
  if (origins.ok()) {
    for (const Origin& origin : *origins) texts.push_back(origin.ToString());
  }
  return texts;
}

Origin At(const std::string& url) {
  const auto origin = OriginOf(url, DiagnosticKind::kRegistry);
  EXPECT_TRUE(origin.ok()) << url;
  return origin.ok() ? *origin : Origin();
}

bool May(const std::string& registry, const std::string& realm) {
  return MayAuthenticateAt(At(registry), At(realm));
}

TEST(RegistryOrigins, DockerHubLivesElsewhere) {
  EXPECT_THAT(Origins("docker.io"), ElementsAre("https://registry-1.docker.io"));
}

TEST(RegistryOrigins, ForeignHostsAreReachedByHttpsAlone) {
  EXPECT_THAT(Origins("ghcr.io"), ElementsAre("https://ghcr.io"));
  EXPECT_THAT(Origins("Registry.Example.com:5000"),
              ElementsAre("https://registry.example.com:5000"));
  EXPECT_THAT(Origins("127.example.com"), ElementsAre("https://127.example.com"));
}

TEST(RegistryOrigins, LoopbackIsTriedWithHttpsFirst) {
  EXPECT_THAT(Origins("localhost:5000"),
              ElementsAre("https://localhost:5000", "http://localhost:5000"));
  EXPECT_THAT(Origins("127.0.0.5"), ElementsAre("https://127.0.0.5", "http://127.0.0.5"));
  EXPECT_THAT(Origins("[::1]:5000"), ElementsAre("https://[::1]:5000", "http://[::1]:5000"));
}

TEST(RegistryOrigins, InsecureHostIsListedByNameOrByNameAndPort) {
  EXPECT_THAT(Origins("reg:5000", {"reg"}), ElementsAre("http://reg:5000"));
  EXPECT_THAT(Origins("reg:5000", {"reg:5000"}), ElementsAre("http://reg:5000"));
  EXPECT_THAT(Origins("reg:5001", {"reg:5000"}), ElementsAre("https://reg:5001"));
}

TEST(RegistryOrigins, RefusesBadPorts) {
  EXPECT_FALSE(RegistryOrigins("reg:0", {}).ok());
  EXPECT_FALSE(RegistryOrigins("reg:65536", {}).ok());
  EXPECT_FALSE(RegistryOrigins("reg:5x", {}).ok());
}

TEST(MayAuthenticateAt, AllowsTheSameRegistrableDomain) {
  EXPECT_TRUE(May("https://registry-1.docker.io", "https://auth.docker.io/token"));
  EXPECT_TRUE(May("https://registry.gitlab.com", "https://gitlab.com/jwt/auth"));
  EXPECT_TRUE(May("https://ghcr.io", "https://ghcr.io/token"));
  EXPECT_TRUE(May("https://r.shop.co.uk", "https://auth.shop.co.uk"));
}

TEST(MayAuthenticateAt, RefusesForeignHosts) {
  EXPECT_FALSE(May("https://registry.example.com", "https://example.org"));
  EXPECT_FALSE(May("https://registry.example.com", "https://example.com.evil.net"));
  EXPECT_FALSE(May("https://registry.example.com", "https://evilexample.com"));
  EXPECT_FALSE(May("https://one.co.uk", "https://two.co.uk"));
  EXPECT_FALSE(May("https://registry.example.com", "https://169.254.169.254"));
  EXPECT_FALSE(May("https://10.0.0.1", "https://10.0.0.2"));
  EXPECT_FALSE(May("https://registry.example.com", "http://127.0.0.1"));
}

TEST(MayAuthenticateAt, NeverGoesFromHttpsToPlainHttp) {
  EXPECT_FALSE(May("https://registry.example.com", "http://registry.example.com"));
  EXPECT_FALSE(May("https://localhost:5000", "http://localhost:5001"));
}

TEST(MayAuthenticateAt, StaysOnLoopbackFromLoopback) {
  EXPECT_TRUE(May("http://localhost:5000", "http://127.0.0.1:5001"));
  EXPECT_FALSE(May("http://127.0.0.1:5000", "https://example.com"));
}

}  // namespace
}  // namespace cooper
