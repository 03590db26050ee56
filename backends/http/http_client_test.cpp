#include "backends/http/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stop_token>

#include "backends/http/testing/scripted_server.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;

HttpRequest Get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

TEST(HttpClient, FollowsAsManyRedirectsAsTheRequestAllows) {
  ScriptedServer server([](const SeenRequest&) {
    return ScriptedAnswer{.status = 302, .headers = {"Location: /on"}};
  });
  HttpClient client(DiagnosticKind::kRegistry);
  HttpRequest request = Get(server.url() + "/first");
  request.max_redirects = 2;

  const auto response = client.Send(request);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), DiagnosticKind::kRegistry);
  EXPECT_THAT(response.error().message(), HasSubstr("redirects too often; the limit is 2"));
  EXPECT_EQ(server.seen().size(), 3u);
}

TEST(HttpClient, SendsNoCredentialsToWhereARedirectLeads) {
  ScriptedServer elsewhere([](const SeenRequest&) { return ScriptedAnswer{.body = "there"}; });
  ScriptedServer server([&](const SeenRequest&) {
    return ScriptedAnswer{.status = 302, .headers = {"Location: " + elsewhere.url() + "/x"}};
  });
  HttpClient client(DiagnosticKind::kRegistry);
  HttpRequest request = Get(server.url() + "/x");
  request.authorization = "Basic c2VjcmV0";

  const auto response = client.Send(request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "there");
  EXPECT_EQ(server.seen()[0].Header("Authorization"), "Basic c2VjcmV0");
  EXPECT_EQ(elsewhere.seen()[0].Header("Authorization"), "");
}

TEST(HttpClient, TakesNoMoreThanTheRequestAllows) {
  ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.body = "four"}; });
  HttpClient client(DiagnosticKind::kRegistry);
  HttpRequest request = Get(server.url());
  request.max_bytes = 4;
  EXPECT_EQ(client.Send(request)->body, "four");
  request.max_bytes = 3;
  EXPECT_THAT(client.Send(request).error().message(), HasSubstr("more than the 3 bytes"));
}

TEST(HttpClient, SaysThatABodyEndsEarly) {
  ScriptedServer server(
      [](const SeenRequest&) { return ScriptedAnswer{.body = "ab", .claimed_bytes = 100}; });
  HttpClient client(DiagnosticKind::kRegistry);
  const auto response = client.Send(Get(server.url()));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 0);
  EXPECT_FALSE(response->fault.empty());
}

TEST(HttpClient, EndsWhenItIsStopped) {
  ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.body = "x"}; });
  HttpClient client(DiagnosticKind::kRegistry);
  std::stop_source source;
  source.request_stop();
  HttpRequest request = Get(server.url());
  request.stop = source.get_token();
  const auto response = client.Send(request);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().kind(), DiagnosticKind::kInterrupted);
}

TEST(HttpClient, EndsAllRequestsWhenItsOwnStopIsRequested) {
  ScriptedServer server([](const SeenRequest&) { return ScriptedAnswer{.body = "x"}; });
  std::stop_source source;
  HttpClient client(DiagnosticKind::kRegistry, source.get_token());
  EXPECT_TRUE(client.Send(Get(server.url())).ok());
  source.request_stop();
  EXPECT_EQ(client.Send(Get(server.url())).error().kind(), DiagnosticKind::kInterrupted);
}

TEST(ParseHttpDate, ReadsDatesOfTheProtocolAndNothingElse) {
  EXPECT_EQ(ParseHttpDate("Wed, 01 Jan 2020 00:00:00 GMT"), 1577836800);
  EXPECT_EQ(ParseHttpDate("Wednesday, 01-Jan-20 00:00:00 GMT"), 1577836800);
  EXPECT_EQ(ParseHttpDate("yesterday"), std::nullopt);
  EXPECT_EQ(ParseHttpDate(""), std::nullopt);
}

}  // namespace
}  // namespace cooper
