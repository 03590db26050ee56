#include "planner/cache/cache_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "planner/testing/fake_oracles.h"
#include "planner/testing/pass_harness.h"

namespace cooper {
namespace {

using testing::ElementsAre;

class CacheKeys : public testing::Test {
 protected:
  CacheKeys() { content_.files = {{"a", "alpha"}, {"b", "beta"}}; }

  // The key of the last vertex of the graph; no key fails the test.
  Digest LastKey(std::string_view vertices) {
    PassHarness test(vertices);
    const auto keys = ComputeCacheKeys(test.plan().graph, content_, test.diagnostics());
    EXPECT_TRUE(keys.ok());
    EXPECT_EQ(test.Diagnostics(), "");
    if (!keys.ok() || !keys->back()) {
      ADD_FAILURE() << "no key for the last vertex of\n" << vertices;
      return {};
    }
    return keys->back()->digest;
  }

  static std::string OnScratch(std::string_view line) {
    return "%from = source.scratch\n" + std::string(line) + "\n";
  }
  static std::string Copy(std::string_view fields) {
    return "%context = source.context \"context\"\n%from = source.scratch\n"
           "%copy = file.copy (%from, %context) " +
           std::string(fields) + "\n";
  }

  FakeContentOracle content_;
};

constexpr std::string_view kPin1 =
    "sha256:1111111111111111111111111111111111111111111111111111111111111111";
constexpr std::string_view kPin2 =
    "sha256:2222222222222222222222222222222222222222222222222222222222222222";

TEST_F(CacheKeys, StayTheSameFromReleaseToRelease) {
  // Worked out apart from this code, from the framing that KeyHasher describes. A
  // change here throws away every user's cache; raise KeyHasher::kVersion with it.
  EXPECT_EQ(LastKey("%from = source.scratch\n").ShortHex(), "b793894801c4");
  EXPECT_EQ(
      LastKey(OnScratch(R"(%run = exec (%from) args=["make"] env=["A=b"] user="app")")).ShortHex(),
      "a6ab94f06e40");
}

TEST_F(CacheKeys, OfADownloadedFileIsItsContentNameAndTime) {
  const auto file = [](std::string_view url, std::string_view fields) {
    return "%file = source.http \"" + std::string(url) + "\" " + std::string(fields) + "\n";
  };
  const std::string pin = "pin=" + std::string(kPin1);
  const Digest key = LastKey(file("https://h/a", pin));

  EXPECT_EQ(LastKey(file("https://mirror/x/a?sig=1", pin)), key);
  EXPECT_EQ(LastKey(file("https://mirror/b", "filename=\"a\" " + pin)), key);
  EXPECT_EQ(LastKey(file("https://h/a", "checksum=" + std::string(kPin1))), key);
  EXPECT_NE(LastKey(file("https://h/b", pin)), key);
  EXPECT_NE(LastKey(file("https://h/a", pin + " mtime=1")), key);
  EXPECT_NE(LastKey(file("https://h/a", "pin=" + std::string(kPin2))), key);
}

TEST_F(CacheKeys, NothingHasOneThatDependsOnAnUnknownFile) {
  PassHarness test(R"(%file = source.http "https://h/a"
%from = source.scratch
%add = file.copy (%from, %file) from=["a"] to="/"
%run = exec (%add) args=["make"]
)");
  const auto keys = ComputeCacheKeys(test.plan().graph, content_, test.diagnostics());
  ASSERT_TRUE(keys.ok());
  EXPECT_FALSE((*keys)[0]);
  EXPECT_TRUE((*keys)[1]);
  EXPECT_FALSE((*keys)[2]);
  EXPECT_FALSE((*keys)[3]);
}

TEST_F(CacheKeys, OfAnImageIsItsPin) {
  const auto image = [](std::string_view reference, std::string_view pin) {
    return "%from = source.image \"" + std::string(reference) + "\" pin=" + std::string(pin) +
           " platform=\"linux/amd64\"\n";
  };
  const Digest key = LastKey(image("docker.io/library/golang:1.24", kPin1));

  EXPECT_EQ(LastKey(image("mirror.example.com/golang:latest", kPin1)), key);
  EXPECT_EQ(LastKey("%from = source.layout \"/images\" pin=" + std::string(kPin1) + "\n"), key);
  EXPECT_NE(LastKey(image("docker.io/library/golang:1.24", kPin2)), key);
}

TEST_F(CacheKeys, OfAnUnpinnedImageIsItsReferenceAndPlatform) {
  const Digest key = LastKey("%from = source.image \"docker.io/library/a:1\"\n");

  EXPECT_NE(LastKey("%from = source.image \"docker.io/library/a:2\"\n"), key);
  EXPECT_NE(LastKey("%from = source.image \"docker.io/library/a:1\" platform=\"linux/arm64\"\n"),
            key);
}

TEST_F(CacheKeys, ChangeWithEveryFieldOfAnExecThatMakesItsResult) {
  const Digest key = LastKey(OnScratch(R"(%run = exec (%from) args=["make"])"));
  for (const std::string_view fields :
       {R"(args=["make", ""])", R"(args=["make"] env=["A=b"])", R"(args=["make"] cwd="/src")",
        R"(args=["make"] user="app")", R"(args=["make"] hostname="box")",
        R"(args=["make"] network=none)", R"(args=["make"] security=insecure)",
        R"(args=["make"] extra_hosts=["db=10.0.0.1"])",
        "args=[\"make\"] {\n  mount tmpfs target=\"/tmp\"\n}",
        "args=[\"make\"] {\n  mount secret id=\"token\" target=\"/run/secrets/token\"\n}"}) {
    EXPECT_NE(LastKey(OnScratch("%run = exec (%from) " + std::string(fields))), key) << fields;
  }
}

TEST_F(CacheKeys, ChangeWithTheRootOfAnExec) {
  EXPECT_NE(LastKey("%from = source.scratch\n%run = exec (%from) args=[\"make\"]\n"),
            LastKey("%from = source.scratch\n%dir = file.mkdir (%from) path=\"/a\"\n"
                    "%run = exec (%dir) args=[\"make\"]\n"));
}

TEST_F(CacheKeys, IgnoreProxiesAndAddressesOfHosts) {
  const Digest key =
      LastKey(OnScratch(R"(%run = exec (%from) args=["make"] extra_hosts=["db=10.0.0.1"])"));

  EXPECT_EQ(
      LastKey(OnScratch(
          R"(%run = exec (%from) args=["make"] proxy_env=["HTTP_PROXY"] extra_hosts=["db=10.0.0.1"])")),
      key);
  EXPECT_EQ(LastKey(OnScratch(R"(%run = exec (%from) args=["make"] extra_hosts=["db=10.0.0.2"])")),
            key);
  EXPECT_NE(LastKey(OnScratch(R"(%run = exec (%from) args=["make"] extra_hosts=["mq=10.0.0.1"])")),
            key);
}

TEST_F(CacheKeys, IgnoreIdAndSharingOfACacheMountButNotItsTarget) {
  const auto with = [](std::string_view mount) {
    return OnScratch("%run = exec (%from) args=[\"make\"] {\n  mount " + std::string(mount) +
                     "\n}");
  };
  const Digest key = LastKey(with(R"(cache id="gomod" target="/go")"));

  EXPECT_EQ(LastKey(with(R"(cache id="other" target="/go")")), key);
  EXPECT_EQ(LastKey(with(R"(cache id="gomod" target="/go" sharing=locked)")), key);
  EXPECT_NE(LastKey(with(R"(cache id="gomod" target="/root")")), key);
  EXPECT_NE(LastKey(with(R"(secret id="gomod" target="/go")")), key);
  EXPECT_NE(LastKey(with(R"(secret id="other" target="/go")")),
            LastKey(with(R"(secret id="gomod" target="/go")")));
}

TEST_F(CacheKeys, IgnoreSizeLimitsOfMounts) {
  EXPECT_EQ(
      LastKey(OnScratch("%run = exec (%from) args=[\"a\"] {\n  mount tmpfs target=\"/t\"\n}")),
      LastKey(OnScratch(
          "%run = exec (%from) args=[\"a\"] {\n  mount tmpfs target=\"/t\" size=4096\n}")));
}

TEST_F(CacheKeys, IgnoreNamesAndMetadata) {
  EXPECT_EQ(LastKey("%a = source.scratch\n%b.run = exec (%a) args=[\"make\"]\n"),
            LastKey("\n\n%c.from = source.scratch\n%d = exec (%c.from) args=[\"make\"]\n"));
}

TEST_F(CacheKeys, ChangeWithFieldsAndContentOfACopy) {
  const Digest key = LastKey(Copy(R"(from=["a"] to="/srv/")"));

  EXPECT_NE(LastKey(Copy(R"(from=["b"] to="/srv/")")), key);
  EXPECT_NE(LastKey(Copy(R"(from=["a"] to="/opt/")")), key);
  EXPECT_NE(LastKey(Copy(R"(from=["a"] to="/srv/" chown="app")")), key);
  EXPECT_NE(LastKey(Copy(R"(from=["a"] to="/srv/" chmod="0600")")), key);

  content_.files["b"] = "changed, but not selected";
  EXPECT_EQ(LastKey(Copy(R"(from=["a"] to="/srv/")")), key);
  content_.files["a"] = "changed";
  EXPECT_NE(LastKey(Copy(R"(from=["a"] to="/srv/")")), key);
}

TEST_F(CacheKeys, IgnoreTheNameOfAContext) {
  EXPECT_EQ(LastKey("%x = source.context \"x\" exclude=[\"b\"]\n%from = source.scratch\n"
                    "%copy = file.copy (%from, %x) from=[\"a\"] to=\"/a\"\n"),
            LastKey("%y = source.context \"y\"\n%from = source.scratch\n"
                    "%copy = file.copy (%from, %y) from=[\"a\"] to=\"/a\"\n"));
}

TEST_F(CacheKeys, ChangeWithTheStageThatIsCopiedFrom) {
  const auto copy_of = [](std::string_view command) {
    return "%from = source.scratch\n%run = exec (%from) args=[\"" + std::string(command) +
           "\"]\n%copy = file.copy (%from, %run) from=[\"/app\"] to=\"/app\"\n";
  };
  EXPECT_NE(LastKey(copy_of("make")), LastKey(copy_of("ninja")));
}

TEST_F(CacheKeys, AskForExactlyTheFilesThatAMountOrCopyReads) {
  content_.files["/sub"] = "directory";
  LastKey(R"(%context = source.context "context"
%from = source.scratch
%copy = file.copy (%from, %context) from=["a", "b"] to="/" exclude=["*.md"] parents=true
%run = exec (%copy) args=["make"] {
  mount bind from=%context target="/src" source="/sub"
  mount bind from=%context target="/all"
}
)");

  ASSERT_EQ(content_.selections.size(), 3u);
  EXPECT_THAT(content_.selections[0].from, ElementsAre("a", "b"));
  EXPECT_THAT(content_.selections[0].exclude, ElementsAre("*.md"));
  EXPECT_TRUE(content_.selections[0].parents);
  EXPECT_THAT(content_.selections[1].from, ElementsAre("/sub"));
  EXPECT_THAT(content_.selections[2].from, ElementsAre("/"));
}

TEST_F(CacheKeys, CountTheWholeContextWhereAMountSourceLooksLikeAPattern) {
  LastKey(R"(%context = source.context "context"
%from = source.scratch
%run = exec (%from) args=["make"] {
  mount bind from=%context target="/src" source="/[id]"
}
)");

  ASSERT_EQ(content_.selections.size(), 1u);
  EXPECT_THAT(content_.selections[0].from, ElementsAre("/"));
}

TEST_F(CacheKeys, AreMissingAboveAFaultAndEveryFaultIsReported) {
  PassHarness test(R"(%context = source.context "context"
%from = source.scratch
%copy = file.copy (%from, %context) from=["gone"] to="/a"
%run = exec (%copy) args=["make"] {
  mount bind from=%context target="/src" source="/gone2"
}
%other = file.copy (%from, %context) from=["a"] to="/a"
)");

  const auto keys = ComputeCacheKeys(test.plan().graph, content_, test.diagnostics());

  ASSERT_TRUE(keys.ok());
  EXPECT_FALSE((*keys)[*test.plan().graph.Find("copy")]);
  EXPECT_FALSE((*keys)[*test.plan().graph.Find("run")]);
  EXPECT_TRUE((*keys)[*test.plan().graph.Find("other")]);
  EXPECT_EQ(test.Diagnostics(),
            "graph.ir:4:1: error: `gone` is not in context `context` [missing-source]\n"
            "graph.ir:5:1: error: `/gone2` is not in context `context` [missing-source]\n");
}

TEST_F(CacheKeys, FailWhenTheContextCannotBeRead) {
  PassHarness test(Copy(R"(from=["a"] to="/a")"));
  content_.broken = true;

  const auto keys = ComputeCacheKeys(test.plan().graph, content_, test.diagnostics());

  ASSERT_FALSE(keys.ok());
  EXPECT_EQ(keys.error().kind(), DiagnosticKind::kStore);
  EXPECT_EQ(test.Diagnostics(), "");
}

}  // namespace
}  // namespace cooper
