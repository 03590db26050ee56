#include "backends/registry/challenge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Challenge> Parsed(std::string_view header) {
  auto challenges = ParseChallenges(header);
  EXPECT_TRUE(challenges.ok()) << header;
  return challenges.ok() ? *challenges : std::vector<Challenge>();
}

std::string FaultOf(std::string_view header) {
  const auto challenges = ParseChallenges(header);
  EXPECT_FALSE(challenges.ok()) << header;
  return challenges.ok() ? "" : challenges.error().message();
}

TEST(ParseChallenges, ReadsTheTokenServerOfABearerChallenge) {
  EXPECT_THAT(Parsed(R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",)"
                     R"(scope="repository:library/x:pull,push")"),
              ElementsAre(Challenge{"bearer",
                                    {{"realm", "https://auth.docker.io/token"},
                                     {"service", "registry.docker.io"},
                                     {"scope", "repository:library/x:pull,push"}}}));
}

TEST(ParseChallenges, ReadsSeveralChallengesOfOneHeader) {
  EXPECT_THAT(Parsed(R"(Negotiate, NTLM dGV4dA==, Basic realm="a, b=\"c\"" , bearer Realm=x)"),
              ElementsAre(Challenge{"negotiate", {}}, Challenge{"ntlm", {}},
                          Challenge{"basic", {{"realm", "a, b=\"c\""}}},
                          Challenge{"bearer", {{"realm", "x"}}}));
}

TEST(ParseChallenges, AllowsBlanksAroundTheEqualsSign) {
  EXPECT_THAT(Parsed("Basic realm = \"x\" ,charset=UTF-8"),
              ElementsAre(Challenge{"basic", {{"realm", "x"}, {"charset", "UTF-8"}}}));
}

TEST(ParseChallenges, OfNothingIsNothing) {
  EXPECT_THAT(Parsed(""), ElementsAre());
  EXPECT_THAT(Parsed(" , ,"), ElementsAre());
}

TEST(ParseChallenges, RefusesWhatCouldBeReadInTwoWays) {
  EXPECT_THAT(FaultOf(R"(Bearer realm="https://a",Realm="https://b")"), HasSubstr("twice"));
  EXPECT_THAT(FaultOf(R"(Bearer realm="https://a" service="x")"), HasSubstr("comma"));
  EXPECT_THAT(FaultOf(R"(Bearer realm="https://a)"), HasSubstr("does not end"));
  EXPECT_THAT(FaultOf("Bearer service=x, realm="), HasSubstr("no value"));
  EXPECT_THAT(FaultOf("\"Bearer\""), HasSubstr("name"));
}

TEST(ParseChallenges, RefusesControlBytesAndExcess) {
  EXPECT_THAT(FaultOf("Basic realm=\"a\r\nX: y\""), HasSubstr("control bytes"));
  EXPECT_THAT(FaultOf("Basic realm=\"" + std::string(kMaxChallengeBytes, 'a') + "\""),
              HasSubstr("8192"));
  std::string many = "a";
  for (size_t i = 0; i < kMaxChallenges; ++i) many += ", a";
  EXPECT_THAT(FaultOf(many), HasSubstr("more than 8"));
}

}  // namespace
}  // namespace cooper
