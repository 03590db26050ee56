#include "ir/image/platform.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

std::string Normal(std::string_view text) {
  const Result<Platform> platform = Platform::Parse(text);
  return platform.ok() ? platform->ToString() : "error";
}

TEST(Platform, NormalizesSpellings) {
  EXPECT_EQ(Normal("linux/amd64"), "linux/amd64");
  EXPECT_EQ(Normal("Linux/X86_64"), "linux/amd64");
  EXPECT_EQ(Normal("linux/x86-64/v1"), "linux/amd64");
  EXPECT_EQ(Normal("linux/amd64/v3"), "linux/amd64/v3");
  EXPECT_EQ(Normal("linux/aarch64"), "linux/arm64");
  EXPECT_EQ(Normal("linux/arm64/v8"), "linux/arm64");
  EXPECT_EQ(Normal("linux/arm64/9"), "linux/arm64/v9");
  EXPECT_EQ(Normal("linux/i386"), "linux/386");
  EXPECT_EQ(Normal("linux/arm"), "linux/arm/v7");
  EXPECT_EQ(Normal("linux/arm/6"), "linux/arm/v6");
  EXPECT_EQ(Normal("linux/armhf"), "linux/arm/v7");
  EXPECT_EQ(Normal("linux/armel"), "linux/arm/v6");
  EXPECT_EQ(Normal("macos/arm64"), "darwin/arm64");
}

TEST(Platform, CompletesAnOsOrAnArchitectureFromTheHost) {
  const Platform host = Platform::Host();
  EXPECT_EQ(Normal("linux"), host.ToString());
  EXPECT_EQ(Normal("windows"), "windows/" + host.ToString().substr(host.os.size() + 1));
  EXPECT_EQ(Normal("s390x"), host.os + "/s390x");
  EXPECT_EQ(Normal("aarch64"), host.os + "/arm64");
}

TEST(Platform, RefusesWhatIsNoPlatform) {
  for (const char* text : {"", "/", "linux/", "/amd64", "linux//v7", "a/b/c/d", "linux/a b",
                           "toaster", "linux/amd64\n"}) {
    EXPECT_EQ(Normal(text), "error") << text;
  }
}

TEST(Platform, IsSatisfiedByTheSameOrAnEarlierVariant) {
  const Platform arm64{"linux", "arm64", ""};
  const Platform arm64_v8{"linux", "arm64", "v8"};
  const Platform arm_v6{"linux", "arm", "v6"};
  const Platform arm_v7{"linux", "arm", "v7"};
  const Platform amd64{"linux", "amd64", ""};
  const Platform amd64_v3{"linux", "amd64", "v3"};
  EXPECT_TRUE(arm64.Satisfies(arm64_v8));
  EXPECT_TRUE(arm64_v8.Satisfies(arm64));
  EXPECT_TRUE(arm_v6.Satisfies(arm_v7));
  EXPECT_FALSE(arm_v7.Satisfies(arm_v6));
  EXPECT_TRUE(amd64.Satisfies(amd64_v3));
  EXPECT_FALSE(amd64_v3.Satisfies(amd64));
  EXPECT_FALSE(amd64.Satisfies(arm64));
  EXPECT_FALSE(amd64.Satisfies({"windows", "amd64", ""}));
  EXPECT_FALSE(Platform{}.Satisfies(amd64));
}

}  // namespace
}  // namespace cooper
