// The client against Debian's docker-registry, plain and with htpasswd.

#include "backends/registry/testing/real_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/filesystem/tree/string_reader.h"
#include "backends/registry/registry_client.h"
#include "ir/image/manifest.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Credentials Login(const std::string& host, const std::string& password) {
  return *Credentials::Parse(
      fmt::format(R"({{"auths":{{"{}":{{"username":"me","password":"{}"}}}}}})", host, password),
      "config.json");
}

Descriptor Describe(std::string_view bytes, std::string_view type) {
  return {.media_type = std::string(type),
          .digest = Digest::Of(bytes),
          .size_bytes = bytes.size(),
          .annotations = {},
          .platform = {}};
}

Status Push(RegistryClient& client, const Reference& reference, std::string_view bytes,
            int* opened) {
  return client.PushBlob(
      reference, Describe(bytes, media_type::kOciLayer),
      [=]() -> Result<std::unique_ptr<ContentReader>> {
        if (opened != nullptr) ++*opened;
        return std::unique_ptr<ContentReader>(std::make_unique<StringReader>(bytes));
      });
}

// Pushes an image of one layer, and pulls it again.
void RoundTrip(RegistryClient& client, const Reference& reference) {
  const std::string layer(200'000, 'l');
  const std::string config = "{}";
  int opened = 0;
  for (int i = 0; i < 2; ++i) {
    const Status pushed = Push(client, reference, layer, &opened);
    ASSERT_TRUE(pushed.ok()) << pushed.error().message();
  }
  EXPECT_EQ(opened, 1) << "the second time the registry has the blob";
  ASSERT_TRUE(Push(client, reference, config, nullptr).ok());
  ASSERT_TRUE(Push(client, reference, "", nullptr).ok());

  ImageManifest manifest;
  manifest.media_type = media_type::kOciManifest;
  manifest.config = Describe(config, media_type::kOciConfig);
  manifest.layers = {Describe(layer, media_type::kOciLayer)};
  const std::string json = ToJson(manifest);
  const auto digest = client.PushManifest(reference, json, manifest.media_type);
  ASSERT_TRUE(digest.ok()) << digest.error().message();

  const auto by_tag = client.FetchManifest(reference);
  ASSERT_TRUE(by_tag.ok()) << by_tag.error().message();
  EXPECT_EQ(by_tag->bytes, json);
  EXPECT_EQ(by_tag->descriptor.digest, *digest);
  EXPECT_EQ(by_tag->descriptor.media_type, media_type::kOciManifest);
  Reference pinned = reference;
  pinned.digest = *digest;
  EXPECT_TRUE(client.FetchManifest(pinned).ok());

  std::string pulled;
  const Status fetched =
      client.FetchBlob(reference, manifest.layers[0], [&](std::string_view piece) {
        pulled += piece;
        return Ok();
      });
  ASSERT_TRUE(fetched.ok()) << fetched.error().message();
  EXPECT_TRUE(pulled == layer);
}

class RealRegistryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!RealRegistry::Installed()) {
      GTEST_SKIP() << "needs " << RealRegistry::kProgram << " and " << RealRegistry::kHtpasswd;
    }
  }
  static Reference RefOn(const std::string& host, const std::string& rest = "team/app:1") {
    return *Reference::Parse(host + "/" + rest);
  }
};

TEST_F(RealRegistryTest, PushesAndPullsByPlainHttpOnLoopback) {
  const auto registry = RealRegistry::Start();
  ASSERT_NE(registry, nullptr);
  RegistryClient client({}, {});
  RoundTrip(client, RefOn(registry->host()));

  const auto missing = client.FetchManifest(RefOn(registry->host(), "team/app:absent"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), DiagnosticKind::kImageNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("`MANIFEST_UNKNOWN`"));

  const Status absent =
      client.FetchBlob(RefOn(registry->host()), Describe("absent", media_type::kOciLayer),
                       [](std::string_view) { return Ok(); });
  ASSERT_FALSE(absent.ok());
  EXPECT_THAT(absent.error().message(), HasSubstr("HTTP 404; the registry says `BLOB_UNKNOWN`"));

  RegistryClient hasty({.insecure_hosts = {"127.0.0.1"}, .retries = 0}, {});
  const Status status = hasty.PushBlob(
      RefOn(registry->host()), Describe("other", media_type::kOciLayer),
      []() -> Result<std::unique_ptr<ContentReader>> {
        return std::unique_ptr<ContentReader>(std::make_unique<StringReader>("bytes"));
      });
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("`DIGEST_INVALID`"));
}

TEST_F(RealRegistryTest, LogsInWithAPassword) {
  const auto registry = RealRegistry::Start("me", "right-one");
  ASSERT_NE(registry, nullptr);
  RegistryClient client({}, Login(registry->host(), "right-one"));
  RoundTrip(client, RefOn(registry->host()));

  RegistryClient wrong({}, Login(registry->host(), "wrong-one"));
  const Status refused = Push(wrong, RefOn(registry->host()), "x", nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), DiagnosticKind::kRegistryAuth);
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("HTTP 401 and the registry refused the credentials of `config.json`"),
                    Not(HasSubstr("wrong-one"))));

  RegistryClient anonymous({}, {});
  const auto denied = anonymous.FetchManifest(RefOn(registry->host()));
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.error().kind(), DiagnosticKind::kRegistryAuth);
  EXPECT_THAT(denied.error().message(), HasSubstr("HTTP 401 and no credentials for this host"));
}

TEST(RegistryClient, SaysThatNobodyListens) {
  const std::string host = fmt::format("127.0.0.1:{}", FreeLoopbackPort());
  RegistryClient client({.insecure_hosts = {}, .retries = 1}, {});
  const auto manifest = client.FetchManifest(*Reference::Parse(host + "/app:1"));
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error().kind(), DiagnosticKind::kRegistry);
  EXPECT_EQ(manifest.error().message(),
            "pull of `" + host + "/app:1`: cannot reach `http://" + host + "`: connection refused");
}

}  // namespace
}  // namespace cooper
