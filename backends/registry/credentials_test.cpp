#include "backends/registry/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "backends/filesystem/testing/temporary_directory.h"

namespace cooper {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// "user:password" found for the image, "none", or the error's message.
std::string Found(std::string_view json, std::string_view image) {
  const auto credentials = Credentials::Parse(json, "config.json");
  if (!credentials.ok()) return credentials.error().message();
  const auto reference = Reference::Parse(image);
  EXPECT_TRUE(reference.ok()) << image;
  const auto credential = credentials->Find(*reference);
  if (!credential.ok()) {
    EXPECT_EQ(credential.error().kind(), DiagnosticKind::kCredentials);
    return credential.error().message();
  }
  return credential->has_value() ? (*credential)->user + ":" + (*credential)->password : "none";
}

TEST(Credentials, DecodesAuthOfTheHost) {
  EXPECT_EQ(Found(R"({"auths":{"ghcr.io":{"auth":"bWU6c2U6Y3JldA=="}}})", "ghcr.io/a/b"),
            "me:se:cret");
  EXPECT_EQ(Found(R"({"auths":{"ghcr.io":{"username":"me","password":"x"}}})", "ghcr.io/a"),
            "me:x");
}

TEST(Credentials, GoToTheHostAndPortTheyWereGivenFor) {
  const char* const json = R"({"auths":{"r.io:5000":{"username":"me","password":"x"}}})";
  EXPECT_EQ(Found(json, "r.io:5000/a"), "me:x");
  EXPECT_EQ(Found(json, "r.io/a"), "none");
  EXPECT_EQ(Found(json, "r.io:5001/a"), "none");
  EXPECT_EQ(Found(json, "sub.r.io:5000/a"), "none");
}

TEST(Credentials, KnowDockerHubByItsOldAddress) {
  EXPECT_EQ(Found(R"({"auths":{"https://index.docker.io/v1/":{"username":"me","password":"x"}}})",
                  "golang:1"),
            "me:x");
  EXPECT_EQ(Found(R"({"auths":{"https://r.io/v2/":{"username":"me","password":"x"}}})", "r.io/a"),
            "me:x");
}

TEST(Credentials, LongestPathPrefixWins) {
  const char* const json = R"({"auths":{
      "r.io":{"username":"host","password":"x"},
      "r.io/team":{"username":"team","password":"x"},
      "r.io/team/app":{"username":"app","password":"x"}}})";
  EXPECT_EQ(Found(json, "r.io/team/app"), "app:x");
  EXPECT_EQ(Found(json, "r.io/team/app/web"), "app:x");
  EXPECT_EQ(Found(json, "r.io/team/application"), "team:x");
  EXPECT_EQ(Found(json, "r.io/teams/app"), "host:x");
}

TEST(Credentials, NameWhatIsNotSupportedWhenItsHostIsAskedFor) {
  const char* const json = R"({"auths":{"r.io":{"identitytoken":"tok-secret"}},
      "credHelpers":{"aws.example":"ecr-login"}})";
  EXPECT_THAT(Found(json, "aws.example/a"), HasSubstr("`ecr-login`"));
  EXPECT_THAT(Found(json, "r.io/a"),
              AllOf(HasSubstr("`identitytoken`"), Not(HasSubstr("tok-secret"))));
  EXPECT_EQ(Found(json, "other.io/a"), "none");
  EXPECT_THAT(Found(R"({"credsStore":"desktop"})", "r.io/a"), HasSubstr("`desktop`"));
}

TEST(Credentials, EntryLeftByAHelperIsNone) {
  EXPECT_EQ(Found(R"({"auths":{"r.io":{}}})", "r.io/a"), "none");
}

TEST(Credentials, FaultsNeverQuoteTheFile) {
  for (const char* const json :
       {R"({"auths":{"r.io":{"auth":"sec!ret"}}})", R"({"auths":{"r.io":{"auth":"c2VjcmV0"}}})",
        "secret", R"(["secret"])", R"({"auths":["secret"]})", R"({"auths":{"r.io":"secret"}})"}) {
    EXPECT_THAT(Found(json, "r.io/a"),
                AllOf(HasSubstr("`config.json`"), Not(HasSubstr("sec")), Not(HasSubstr("c2V"))));
  }
}

TEST(Credentials, LoadReadsTheFirstFileThatExists) {
  const TemporaryDirectory temporary;
  const std::string directory = temporary.path();
  const std::string file = directory + "/config.json";
  std::ofstream(file) << R"({"auths":{"r.io":{"username":"me","password":"x"}}})";

  const auto loaded = Credentials::Load({directory + "/absent", file, directory});
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->name(), file);
  const auto nothing = Credentials::Load({directory + "/absent"});
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->name(), "");

  ASSERT_EQ(mkfifo((directory + "/fifo").c_str(), 0600), 0);
  for (const std::string& odd : {directory, directory + "/fifo"}) {
    const auto refused = Credentials::Load({odd});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().kind(), DiagnosticKind::kCredentials);
    EXPECT_THAT(refused.error().message(), HasSubstr(odd));
  }
}

}  // namespace
}  // namespace cooper
