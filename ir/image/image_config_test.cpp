#include "ir/image/image_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using testing::ElementsAre;

const std::string kDigest = "sha256:" + std::string(64, 'b');

TEST(ImageConfig, WritesEveryFieldInTheOrderOfTheSpecification) {
  ImageConfig config;
  config.created = "2024-01-02T03:04:05Z";
  config.author = "me";
  config.platform = {"linux", "arm", "v7"};
  config.config.user = "app:app";
  config.config.exposed_ports = {"80/tcp"};
  config.config.env = {"A=b", "odd"};
  config.config.entrypoint = {"/app"};
  config.config.cmd = std::vector<std::string>();
  config.config.volumes = {"/data"};
  config.config.working_dir = "/srv";
  config.config.labels = {{"k", "v"}};
  config.config.stop_signal = "SIGINT";
  config.config.args_escaped = true;
  config.config.healthcheck = Healthcheck{{"CMD", "x"}, 1, 2, 3, 4, 5};
  config.config.on_build = {"RUN x"};
  config.config.shell = {"/bin/sh"};
  config.diff_ids = {*Digest::Parse(kDigest)};
  config.history = {{"2024-01-02T03:04:05Z", "RUN", "me", "note", false},
                    {"", "ENV", "", "", true}};
  const std::string json = ToJson(config);
  EXPECT_EQ(
      json,
      R"({"created":"2024-01-02T03:04:05Z","author":"me","architecture":"arm","os":"linux",)"
      R"("variant":"v7","config":{"User":"app:app","ExposedPorts":{"80/tcp":{}},)"
      R"("Env":["A=b","odd"],"Entrypoint":["/app"],"Cmd":[],"Volumes":{"/data":{}},)"
      R"("WorkingDir":"/srv","Labels":{"k":"v"},"StopSignal":"SIGINT","ArgsEscaped":true,)"
      R"("Healthcheck":{"Test":["CMD","x"],"Interval":1,"Timeout":2,"StartPeriod":3,)"
      R"("StartInterval":4,"Retries":5},"OnBuild":["RUN x"],"Shell":["/bin/sh"]},)"
      R"("rootfs":{"type":"layers","diff_ids":[")" +
          kDigest +
          R"("]},"history":[{"created":"2024-01-02T03:04:05Z","author":"me",)"
          R"("created_by":"RUN","comment":"note"},{"created_by":"ENV","empty_layer":true}]})");
  const auto parsed = ParseImageConfig(json);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(*parsed, config);
}

TEST(ImageConfig, LeavesOutWhatIsAbsent) {
  ImageConfig config;
  config.platform = {"linux", "amd64", ""};
  EXPECT_EQ(ToJson(config), R"({"architecture":"amd64","os":"linux","config":{},)"
                            R"("rootfs":{"type":"layers","diff_ids":[]}})");
}

TEST(ImageConfig, TakesNullForAbsentAndDropsUnknownKeys) {
  const auto config = ParseImageConfig(
      R"({"os":"linux","container_config":{"Cmd":[1]},"config":{"Cmd":null,"Volumes":null,)"
      R"("Memory":5,"Healthcheck":null},"rootfs":{"diff_ids":null},"history":null})");
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_FALSE(config->config.cmd);
  EXPECT_FALSE(config->config.healthcheck);
}

TEST(ImageConfig, NamesTheKeyOfAMalformedValue) {
  const auto fault = [](std::string_view json) {
    const auto config = ParseImageConfig(json);
    return config.ok() ? "" : config.error().message();
  };
  EXPECT_EQ(fault(R"({"config":{"Cmd":"x"}})"), "`config.Cmd` is not a list");
  EXPECT_EQ(fault(R"({"config":{"Env":[1]}})"), "`config.Env` is not a list of strings");
  EXPECT_EQ(fault(R"({"config":{"Labels":{"a":1}}})"),
            "`config.Labels` is not an object of strings");
  EXPECT_EQ(fault(R"({"config":{"Healthcheck":{"Retries":"x"}}})"),
            "`config.Healthcheck.Retries` is not a whole number");
  EXPECT_EQ(fault(R"({"rootfs":{"type":"x"}})"), "`rootfs.type` is not `layers`");
  EXPECT_EQ(fault(R"({"rootfs":{"diff_ids":["x"]}})"),
            "`rootfs.diff_ids` is not a list of sha256 digests");
  EXPECT_EQ(fault(R"({"history":[1]})"), "`history` is not a list of objects");
}

TEST(ImageConfig, WritesTextThatIsNotUtf8AsReplacementCharacters) {
  ImageConfig config;
  config.config.labels = {{"\xff", "a\xc3"}};
  EXPECT_NE(ToJson(config).find("{\"\xef\xbf\xbd\":\"a\xef\xbf\xbd\"}"), std::string::npos);
}

TEST(Env, FindsTheLastAndReplacesInPlace) {
  std::vector<std::string> env = {"PATH=/bin", "A=1", "AB=2", "bare"};
  EXPECT_EQ(FindEnv(env, "A"), "1");
  EXPECT_EQ(FindEnv(env, "B"), std::nullopt);
  EXPECT_EQ(FindEnv(env, "bare"), std::nullopt);
  SetEnv(env, "A", "x=y");
  SetEnv(env, "bare", "");
  SetEnv(env, "NEW", "1");
  EXPECT_THAT(env, ElementsAre("PATH=/bin", "A=x=y", "AB=2", "bare=", "NEW=1"));
  env.emplace_back("A=last");
  EXPECT_EQ(FindEnv(env, "A"), "last");
}

}  // namespace
}  // namespace cooper
