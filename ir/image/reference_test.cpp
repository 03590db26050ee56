#include "ir/image/reference.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string Full(std::string_view text) {
  const Result<Reference> reference = Reference::Parse(text);
  return reference.ok() ? reference->ToString() : "error";
}

std::string Familiar(std::string_view text) {
  const Result<Reference> reference = Reference::Parse(text);
  return reference.ok() ? reference->FamiliarString() : "error";
}

TEST(Reference, NormalizesAsDockerDoes) {
  EXPECT_EQ(Full("golang"), "docker.io/library/golang:latest");
  EXPECT_EQ(Full("golang:1.24"), "docker.io/library/golang:1.24");
  EXPECT_EQ(Full("user/app"), "docker.io/user/app:latest");
  EXPECT_EQ(Full("docker.io/golang"), "docker.io/library/golang:latest");
  EXPECT_EQ(Full("index.docker.io/library/golang"), "docker.io/library/golang:latest");
  EXPECT_EQ(Full("ghcr.io/a/b:c"), "ghcr.io/a/b:c");
  EXPECT_EQ(Full("localhost/app"), "localhost/app:latest");
  EXPECT_EQ(Full("localhost:5000/app:1"), "localhost:5000/app:1");
  EXPECT_EQ(Full("Registry/app"), "Registry/app:latest");
  EXPECT_EQ(Full("host:5000"), "docker.io/library/host:5000");
  EXPECT_EQ(Full("[::1]:5000/app"), "[::1]:5000/app:latest");
  EXPECT_EQ(Full("[fe80::1]/app"), "[fe80::1]/app:latest");
}

TEST(Reference, KeepsDigestsAndAddsNoTagToThem) {
  EXPECT_EQ(Full("golang@" + kDigest), "docker.io/library/golang@" + kDigest);
  EXPECT_EQ(Full("golang:1@" + kDigest), "docker.io/library/golang:1@" + kDigest);
  EXPECT_EQ(Full("golang@sha256:abc"), "error");
  EXPECT_EQ(Full("golang@sha512:" + std::string(128, 'a')), "error");
  EXPECT_EQ(Full("golang@"), "error");
}

TEST(Reference, FollowsTheGrammarOfPaths) {
  for (const char* good : {"a.b", "a_b", "a__b", "a-b", "a---b", "0/1"}) {
    EXPECT_NE(Full("x.io/" + std::string(good)), "error") << good;
  }
  for (const char* bad :
       {"a..b", "a___b", "-a", "a-", ".a", "a._b", "a//b", "/a", "a/", "", "a b"}) {
    EXPECT_EQ(Full("x.io/" + std::string(bad)), "error") << bad;
  }
}

TEST(Reference, RefusesBadHostsTagsAndIds) {
  for (const char* bad : {"-a.io/x", "a..io/x", "a.io:/x", "a.io:x/y", "[::1/x", "[::g]/x",
                          "[::1]5/x", "golang:", "golang:-a", "golang:a b", ":1", "@", "a:1:2"}) {
    EXPECT_EQ(Full(bad), "error") << bad;
  }
  EXPECT_EQ(Full(std::string(64, 'a')), "error");
  EXPECT_NE(Full(std::string(63, 'a')), "error");
}

TEST(Reference, SaysThatUpperCaseIsTheFault) {
  const Result<Reference> reference = Reference::Parse("docker.io/MyApp:1");
  ASSERT_FALSE(reference.ok());
  EXPECT_EQ(reference.error().message(),
            "invalid image reference `docker.io/MyApp:1`: the repository has upper case; write it "
            "in lower case");
}

TEST(Reference, LimitsLengths) {
  EXPECT_NE(Full("x.io/" + std::string(250, 'a')), "error");
  EXPECT_EQ(Full("x.io/" + std::string(251, 'a')), "error");
  EXPECT_NE(Full("a:" + std::string(128, 't')), "error");
  EXPECT_EQ(Full("a:" + std::string(129, 't')), "error");
  EXPECT_EQ(Full(std::string(100'000, 'a')), "error");
}

TEST(Reference, HasAFamiliarFormThatMeansTheSame) {
  EXPECT_EQ(Familiar("docker.io/library/golang:1"), "golang:1");
  EXPECT_EQ(Familiar("docker.io/user/app"), "user/app:latest");
  EXPECT_EQ(Familiar("docker.io/library/a/b"), "library/a/b:latest");
  EXPECT_EQ(Familiar("docker.io/a.b/c"), "docker.io/a.b/c:latest");
  EXPECT_EQ(Familiar("quay.io/a/b:1"), "quay.io/a/b:1");
}

}  // namespace
}  // namespace cooper
