#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/lower/testing/file_lowering_fixture.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;

using RunTest = FileLoweringTest;

TEST_F(RunTest, CarriesDevicesAndSecurity) {
  EXPECT_THAT(Vertices("FROM base\nRUN --security=insecure --device=v.com/gpu=0,required "
                       "--device=name=v.com/x=y a\n"),
              HasSubstr("security=insecure devices=[\"v.com/gpu=0,required\", \"v.com/x=y\"]"));
}

TEST_F(RunTest, RefusesMalformedDevices) {
  Lower("FROM base\nRUN --device=a,b x\nRUN --device=required x\nRUN --device=a,required=x b\n");
  EXPECT_EQ(Messages(),
            "2: device name already set to `a`; give each device a flag of its own\n"
            "3: a device needs a name; write `--device=vendor.com/class=name`\n"
            "4: invalid value in `required=x`; write `true` or `false`\n");
}

TEST_F(RunTest, RefusesKeysOfAMountThatAreGivenTwice) {
  Lower(
      "FROM base\nRUN --mount=target=/a,dst=/b x\nRUN --mount=type=cache,target=/a,id=b,id=c x\n");
  EXPECT_EQ(Messages(),
            "2: `target` is given twice; give it once\n"
            "3: `id` is given twice; give it once\n");
}

TEST_F(RunTest, NumbersAgents) {
  const std::string vertices = Vertices(
      "FROM base\nRUN --mount=type=ssh --mount=type=ssh,id=b,target=/s "
      "--mount=type=ssh,id=c a\n");
  EXPECT_THAT(vertices, HasSubstr("ssh id=\"default\" target=\"/run/buildkit/ssh_agent.0\""));
  EXPECT_THAT(vertices, HasSubstr("ssh id=\"b\" target=\"/s\""));
  EXPECT_THAT(vertices, HasSubstr("ssh id=\"c\" target=\"/run/buildkit/ssh_agent.2\""));
}

TEST_F(RunTest, BindsOverTheWorkingDirectoryWithoutATarget) {
  EXPECT_THAT(Vertices("FROM base\nWORKDIR /src\nRUN --mount=type=bind a\n"),
              HasSubstr("mount bind from=%context target=\"/src\" source=\"/\" read_only=true"));
  Lower("FROM base\nRUN --mount=type=bind a\nRUN --mount=type=cache a\n");
  EXPECT_THAT(Messages(), HasSubstr("2: invalid mount target `/`"));
  EXPECT_THAT(Messages(), HasSubstr("3: a cache mount needs a target"));
}

TEST_F(RunTest, TmpfsIsWrittenToUnlessReadOnly) {
  const std::string vertices = Vertices(
      "FROM base\nRUN --mount=type=tmpfs,target=/a,size=1k --mount=type=tmpfs,target=/b,ro a\n");
  EXPECT_THAT(vertices, HasSubstr("mount tmpfs target=\"/a\" size=1024\n"));
  EXPECT_THAT(vertices, HasSubstr("mount tmpfs target=\"/b\" read_only=true\n"));
}

TEST_F(RunTest, TakesHostnameAndCacheSpaceFromBuildArguments) {
  options_.build_args = {{"BUILDKIT_SANDBOX_HOSTNAME", "box"}, {"BUILDKIT_CACHE_MOUNT_NS", "ns"}};
  const std::string vertices = Vertices("FROM base\nRUN --mount=type=cache,target=/c a\n");
  EXPECT_THAT(vertices, HasSubstr("hostname=\"box\""));
  EXPECT_THAT(vertices, HasSubstr("mount cache id=\"ns//c\""));
}

TEST_F(RunTest, ReadsAHeredocWithABlankBeforeItsName) {
  EXPECT_THAT(Vertices("FROM base\nRUN << EOF\nmake\nEOF\n"),
              HasSubstr("args=[\"/bin/sh\", \"-c\", \"make\\n\"]"));
}

TEST_F(RunTest, UsesTheShellOfThePlatform) {
  options_.target_platform = {"windows", "amd64", ""};
  EXPECT_THAT(Vertices("FROM base\nRUN dir\n"), HasSubstr("[\"cmd\", \"/S\", \"/C\", \"dir\"]"));
}

TEST_F(RunTest, RefusesMountsThatCannotBe) {
  Lower(
      "FROM base\nRUN --mount=type,target=/x a\nRUN --mount=type=secret,id=s,env=A=B a\n"
      "RUN --mount=type=cache,target=/x,uid=4294967295 a\n");
  EXPECT_EQ(Messages(),
            "2: invalid field `type`; it must be a key=value pair\n"
            "3: `env` of a secret mount needs the name of a variable\n"
            "4: `uid` is 4294967295, which no user or group can be\n");
}

TEST_F(RunTest, TakesAnIdThatStandsForNothing) {
  EXPECT_TRUE(Lower("FROM base\nRUN --mount=type=tmpfs,id=x,target=/t a\n")) << Messages();
}

}  // namespace
}  // namespace cooper
