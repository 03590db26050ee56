#include "backends/registry/registry_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "backends/filesystem/tree/string_reader.h"
#include "backends/http/testing/scripted_server.h"
#include "ir/image/manifest.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPassword[] = "pass-word-7";

Reference RefAt(const std::string& host, const std::string& rest = "team/app:1") {
  return *Reference::Parse(host + "/" + rest);
}

Credentials LoginTo(const std::string& host) {
  return *Credentials::Parse(
      fmt::format(R"({{"auths":{{"{}":{{"username":"me","password":"{}"}}}}}})", host, kPassword),
      "config.json");
}

Descriptor BlobOf(std::string_view bytes) {
  return {.media_type = std::string(media_type::kOciLayer),
          .digest = Digest::Of(bytes),
          .size_bytes = bytes.size(),
          .annotations = {},
          .platform = {}};
}

std::function<Result<std::unique_ptr<ContentReader>>()> Opening(std::string_view bytes) {
  return [bytes]() -> Result<std::unique_ptr<ContentReader>> {
    return std::unique_ptr<ContentReader>(std::make_unique<StringReader>(bytes));
  };
}

RegistryClient ClientOf(const ScriptedServer& server, Credentials credentials = {},
                        int retries = 0) {
  return RegistryClient({.insecure_hosts = {server.host()}, .retries = retries},
                        std::move(credentials));
}

// The blob as a string, or the error's message.
std::string Fetched(RegistryClient& client, const ScriptedServer& server, const Descriptor& blob) {
  std::string bytes;
  const Status status = client.FetchBlob(RefAt(server.host()), blob, [&](std::string_view piece) {
    bytes += piece;
    return Ok();
  });
  if (status.ok()) return bytes;
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kRegistry);
  return status.error().message();
}

// What comes of fetching "12345678" where the registry sends `body`.
std::string FetchedWhenSent(const std::string& body) {
  const ScriptedServer server([&](const SeenRequest&) { return ScriptedAnswer{.body = body}; });
  RegistryClient client = ClientOf(server);
  return Fetched(client, server, BlobOf("12345678"));
}

TEST(RegistryClient, BlobMustHaveExactlyTheSizeOfItsDescriptor) {
  EXPECT_THAT(FetchedWhenSent("1234567"), HasSubstr("7 bytes instead of 8"));
  EXPECT_THAT(FetchedWhenSent("123456789"), HasSubstr("more than the 8 bytes"));
  EXPECT_EQ(FetchedWhenSent("12345678"), "12345678");
}

TEST(RegistryClient, ResumesABlobWhereTheConnectionBroke) {
  std::atomic<int> answers = 0;
  const ScriptedServer server([&](const SeenRequest&) {
    if (answers++ == 0) return ScriptedAnswer{.body = "1234", .claimed_bytes = 8};
    return ScriptedAnswer{.status = 206, .headers = {"Content-Range: bytes 4-7/8"}, .body = "5678"};
  });
  RegistryClient client = ClientOf(server, {}, 1);
  EXPECT_EQ(Fetched(client, server, BlobOf("12345678")), "12345678");
  EXPECT_EQ(server.seen().back().Header("Range"), "bytes=4-");
}

TEST(RegistryClient, SkipsWhatItHasWhenTheServerStartsOver) {
  std::atomic<int> answers = 0;
  const ScriptedServer server([&](const SeenRequest&) {
    if (answers++ == 0) return ScriptedAnswer{.body = "1234", .claimed_bytes = 8};
    return ScriptedAnswer{.body = "12345678"};
  });
  RegistryClient client = ClientOf(server, {}, 1);
  EXPECT_EQ(Fetched(client, server, BlobOf("12345678")), "12345678");
}

TEST(RegistryClient, RetriesServerFaultsAsOftenAsAsked) {
  std::atomic<int> answers = 0;
  const ScriptedServer server([&](const SeenRequest&) {
    return answers++ == 0 ? ScriptedAnswer{.status = 503} : ScriptedAnswer{.body = "x"};
  });
  RegistryClient patient = ClientOf(server, {}, 1);
  EXPECT_EQ(Fetched(patient, server, BlobOf("x")), "x");
  answers = 0;
  RegistryClient hasty = ClientOf(server, {}, 0);
  EXPECT_THAT(Fetched(hasty, server, BlobOf("x")), HasSubstr("HTTP 503"));
}

// CVE-2020-15157, CVE-2019-10214, CVE-2021-41092.
TEST(RegistryClient, CredentialsDoNotFollowARedirectToAnotherPort) {
  const ScriptedServer other([](const SeenRequest&) { return ScriptedAnswer{.body = "x"}; });
  const ScriptedServer server([&](const SeenRequest& request) {
    if (request.Header("Authorization").empty()) {
      return ScriptedAnswer{.status = 401, .headers = {"WWW-Authenticate: Basic realm=r"}};
    }
    return ScriptedAnswer{.status = 307, .headers = {"Location: " + other.url() + "/data?sig=1"}};
  });
  RegistryClient client = ClientOf(server, LoginTo(server.host()));
  EXPECT_EQ(Fetched(client, server, BlobOf("x")), "x");
  EXPECT_THAT(server.seen().back().Header("Authorization"), StartsWith("Basic "));
  ASSERT_EQ(other.seen().size(), 1u);
  EXPECT_EQ(other.seen()[0].target, "/data?sig=1");
  EXPECT_EQ(other.seen()[0].Header("Authorization"), "");
}

TEST(RegistryClient, DoesNotAnswerAChallengeOfARedirectTarget) {
  const ScriptedServer other([](const SeenRequest&) {
    return ScriptedAnswer{.status = 401, .headers = {"WWW-Authenticate: Basic realm=r"}};
  });
  const ScriptedServer server([&](const SeenRequest&) {
    return ScriptedAnswer{.status = 302, .headers = {"Location: " + other.url() + "/"}};
  });
  RegistryClient client = ClientOf(server, LoginTo(server.host()));
  const auto status =
      client.FetchBlob(RefAt(server.host()), BlobOf("x"), [](std::string_view) { return Ok(); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kRegistryAuth);
  for (const SeenRequest& request : server.seen()) EXPECT_EQ(request.Header("Authorization"), "");
  for (const SeenRequest& request : other.seen()) EXPECT_EQ(request.Header("Authorization"), "");
}

TEST(RegistryClient, GivesUpOnARedirectLoop) {
  const ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{.status = 302, .headers = {"Location: /again"}};
  });
  RegistryClient client = ClientOf(server);
  EXPECT_THAT(Fetched(client, server, BlobOf("x")), HasSubstr("redirects too often"));
  EXPECT_EQ(server.seen().size(), 6u);
}

TEST(RegistryClient, RefusesARedirectToAFile) {
  const ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{.status = 302, .headers = {"Location: file:///etc/hostname"}};
  });
  RegistryClient client = ClientOf(server);
  EXPECT_THAT(Fetched(client, server, BlobOf("x")), HasSubstr("protocol `file`"));
}

// CVE-2026-50151.
TEST(RegistryClient, UploadLocationOnAnotherPortGetsNoCredentials) {
  const ScriptedServer other([](const SeenRequest&) { return ScriptedAnswer{.status = 201}; });
  const ScriptedServer server([&](const SeenRequest& request) {
    if (request.Header("Authorization").empty()) {
      return ScriptedAnswer{.status = 401, .headers = {"WWW-Authenticate: Basic realm=r"}};
    }
    if (request.method == "HEAD") return ScriptedAnswer{.status = 404};
    return ScriptedAnswer{.status = 202, .headers = {"Location: " + other.url() + "/up?state=1"}};
  });
  RegistryClient client = ClientOf(server, LoginTo(server.host()));
  const std::string bytes = "layer";
  ASSERT_TRUE(client.PushBlob(RefAt(server.host()), BlobOf(bytes), Opening(bytes)).ok());
  ASSERT_EQ(other.seen().size(), 1u);
  const SeenRequest put = other.seen()[0];
  EXPECT_EQ(put.method, "PUT");
  EXPECT_THAT(put.target, StartsWith("/up?state=1&digest=sha256%3a"));
  EXPECT_EQ(put.body, bytes);
  EXPECT_EQ(put.Header("Authorization"), "");
}

TEST(RegistryClient, CheckOfAPushStartsAnUploadAndCancelsIt) {
  const ScriptedServer server([](const SeenRequest& request) {
    if (request.method != "POST") return ScriptedAnswer{.status = 204};
    return ScriptedAnswer{.status = 202, .headers = {"Location: /up?state=1"}};
  });
  RegistryClient client = ClientOf(server);
  ASSERT_TRUE(client.CheckPush(RefAt(server.host())).ok());
  ASSERT_GE(server.seen().size(), 2u);
  const SeenRequest cancel = server.seen().back();
  EXPECT_EQ(cancel.method, "DELETE");
  EXPECT_EQ(cancel.target, "/up?state=1");
}

TEST(RegistryClient, CheckOfAPushTellsWhyItIsRefused) {
  const ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{.status = 403, .body = R"({"errors":[{"code":"DENIED"}]})"};
  });
  RegistryClient client = ClientOf(server);
  const Status status = client.CheckPush(RefAt(server.host()));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kRegistryAuth);
}

TEST(RegistryClient, StartsAnUploadOverWithTheWholeBlob) {
  std::atomic<int> puts = 0;
  const ScriptedServer server([&](const SeenRequest& request) {
    if (request.method == "HEAD") return ScriptedAnswer{.status = 404};
    if (request.method == "POST") return ScriptedAnswer{.status = 202, .headers = {"Location: /u"}};
    return ScriptedAnswer{.status = puts++ == 0 ? 500 : 201};
  });
  RegistryClient client = ClientOf(server, {}, 1);
  const std::string bytes = "layer";
  ASSERT_TRUE(client.PushBlob(RefAt(server.host()), BlobOf(bytes), Opening(bytes)).ok());
  ASSERT_EQ(server.seen().size(), 5u);  // HEAD POST PUT POST PUT
  EXPECT_EQ(server.seen()[3].method, "POST");
  EXPECT_EQ(server.seen()[4].body, bytes);
}

TEST(RegistryClient, ReportsContentThatEndsEarly) {
  const ScriptedServer server([&](const SeenRequest& request) {
    if (request.method == "HEAD") return ScriptedAnswer{.status = 404};
    return ScriptedAnswer{.status = 202, .headers = {"Location: /u"}};
  });
  RegistryClient client = ClientOf(server);
  Descriptor blob = BlobOf("layer");
  blob.size_bytes = 9;
  const Status status = client.PushBlob(RefAt(server.host()), blob, Opening("layer"));
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("ended at 5 of 9 bytes"));
}

TEST(RegistryClient, FetchesATokenAndUsesItForTheScope) {
  ScriptedServer token_server(
      [](const SeenRequest&) { return ScriptedAnswer{.body = R"({"access_token":"t0ken"})"}; });
  const ScriptedServer server([&](const SeenRequest& request) {
    if (request.Header("Authorization") != "Bearer t0ken") {
      return ScriptedAnswer{.status = 401,
                            .headers = {"WWW-Authenticate: Bearer realm=\"" + token_server.url() +
                                        "/t?a=b\",service=\"my registry\""}};
    }
    return ScriptedAnswer{.body = "x"};
  });
  RegistryClient client = ClientOf(server, LoginTo(server.host()));
  EXPECT_EQ(Fetched(client, server, BlobOf("x")), "x");
  EXPECT_EQ(Fetched(client, server, BlobOf("x")), "x");
  ASSERT_EQ(token_server.seen().size(), 1u);
  EXPECT_EQ(token_server.seen()[0].target,
            "/t?a=b&service=my+registry&scope=repository%3ateam%2fapp%3apull");
  EXPECT_THAT(token_server.seen()[0].Header("Authorization"), StartsWith("Basic "));
}

TEST(RegistryClient, SendsNothingToAForeignTokenServer) {
  const ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{
        .status = 401,
        .headers = {"WWW-Authenticate: Bearer realm=\"https://169.254.169.254/token\""}};
  });
  RegistryClient client = ClientOf(server, LoginTo(server.host()));
  const auto manifest = client.FetchManifest(RefAt(server.host()));
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error().kind(), DiagnosticKind::kRegistryAuth);
  EXPECT_THAT(manifest.error().message(), HasSubstr("`https://169.254.169.254`"));
}

TEST(RegistryClient, RefusesATokenThatWouldBecomeAHeader) {
  const ScriptedServer server([&](const SeenRequest& request) {
    if (request.target.starts_with("/t")) {
      return ScriptedAnswer{.body = R"({"token":"a\r\nX-Evil: 1"})"};
    }
    return ScriptedAnswer{
        .status = 401,
        .headers = {"WWW-Authenticate: Bearer realm=\"http://" + request.Header("Host") + "/t\""}};
  });
  RegistryClient client = ClientOf(server);
  EXPECT_THAT(Fetched(client, server, BlobOf("x")), HasSubstr("token has control bytes"));
}

TEST(RegistryClient, NamesAnAuthenticationSchemeThatIsNotSupported) {
  const ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{.status = 401, .headers = {"WWW-Authenticate: Negotiate"}};
  });
  RegistryClient client = ClientOf(server);
  const auto manifest = client.FetchManifest(RefAt(server.host()));
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error().kind(), DiagnosticKind::kUnsupported);
  EXPECT_THAT(manifest.error().message(), HasSubstr("`negotiate`"));
}

TEST(RegistryClient, RefusedPasswordIsNeverShown) {
  const ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{
        .status = 401,
        .headers = {"WWW-Authenticate: Basic realm=r"},
        .body = R"({"errors":[{"code":"UNAUTHORIZED","message":"no\u001b[31m"}]})"};
  });
  RegistryClient client = ClientOf(server, LoginTo(server.host()));
  const auto manifest = client.FetchManifest(RefAt(server.host()));
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error().kind(), DiagnosticKind::kRegistryAuth);
  EXPECT_THAT(manifest.error().message(),
              AllOf(HasSubstr("HTTP 401 and the registry refused the credentials of `config.json`"),
                    HasSubstr("`UNAUTHORIZED`: no\\x1b[31m"), Not(HasSubstr(kPassword))));
}

TEST(RegistryClient, BoundsManifestsAndErrorBodies) {
  std::atomic<int> status = 200;
  const ScriptedServer server([&](const SeenRequest&) {
    return ScriptedAnswer{.status = status,
                          .headers = {"Content-Type: application/vnd.oci.image.manifest.v1+json"},
                          .body = std::string(kMaxManifestBytes + 1, ' ')};
  });
  RegistryClient client = ClientOf(server);
  auto manifest = client.FetchManifest(RefAt(server.host()));
  ASSERT_FALSE(manifest.ok());
  EXPECT_THAT(manifest.error().message(), HasSubstr("more than the 4194304 bytes"));
  status = 400;
  manifest = client.FetchManifest(RefAt(server.host()));
  ASSERT_FALSE(manifest.ok());
  EXPECT_THAT(manifest.error().message(), HasSubstr("HTTP 400"));
}

TEST(RegistryClient, ManifestMustHaveTheDigestAskedForWhateverTheHeaderSays) {
  const std::string wanted = Digest::Of("wanted").ToString();
  const ScriptedServer server([&](const SeenRequest&) {
    return ScriptedAnswer{.headers = {"Content-Type: application/vnd.oci.image.manifest.v1+json",
                                      "Docker-Content-Digest: " + wanted},
                          .body = "{}"};
  });
  RegistryClient client = ClientOf(server);
  const auto swapped = client.FetchManifest(RefAt(server.host(), "app@" + wanted));
  ASSERT_FALSE(swapped.ok());
  EXPECT_EQ(swapped.error().kind(), DiagnosticKind::kImageInvalid);
  const auto by_tag = client.FetchManifest(RefAt(server.host(), "app:1"));
  ASSERT_TRUE(by_tag.ok());
  EXPECT_EQ(by_tag->descriptor.digest, Digest::Of("{}"));
}

TEST(RegistryClient, NamesAManifestTypeThatIsNotSupported) {
  const ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{
        .headers = {"Content-Type: application/vnd.docker.distribution.manifest.v1+json"},
        .body = "{}"};
  });
  RegistryClient client = ClientOf(server);
  const auto manifest = client.FetchManifest(RefAt(server.host()));
  ASSERT_FALSE(manifest.ok());
  EXPECT_EQ(manifest.error().kind(), DiagnosticKind::kUnsupported);
  EXPECT_THAT(manifest.error().message(), HasSubstr("manifest.v1+json"));
}

TEST(RegistryClient, StopsWithTheErrorOfItsTaker) {
  const ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.body = "x"}; });
  RegistryClient client = ClientOf(server, {}, 2);
  const Status status = client.FetchBlob(
      RefAt(server.host()), BlobOf("x"),
      [](std::string_view) -> Status { return Error(DiagnosticKind::kStore, "disk full"); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kStore);
  EXPECT_EQ(server.seen().size(), 1u);
}

}  // namespace
}  // namespace cooper
