#include <gtest/gtest.h>

#include <sstream>

#include "cli/command_line/command_line.h"

namespace cooper {
namespace {

Result<Command> Parse(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const CliEnvironment environment{
      .out = out,
      .err = err,
      .variable = [](const std::string& name) -> std::optional<std::string> {
        if (name == "TOKEN") return "from the environment";
        return std::nullopt;
      },
      .interrupted = {}};
  return ParseKanikoCommandLine(arguments, environment);
}

BuildOptions Build(const std::vector<std::string>& arguments) {
  Result<Command> command = Parse(arguments);
  EXPECT_TRUE(command.ok()) << command.error().message();
  return std::get<KanikoRequest>(*command).build;
}

TEST(KanikoCommandLine, TranslatesTheGitLabJob) {
  const BuildOptions build =
      Build({"--context", "/builds/app", "--dockerfile", "/builds/app/deployment/Dockerfile",
             "--destination", "registry.example/app:1", "--no-push", "--tar-path", "app.tar"});
  EXPECT_EQ(build.input.context, "/builds/app");
  EXPECT_EQ(build.input.dockerfile, "/builds/app/deployment/Dockerfile");
  ASSERT_EQ(build.outputs.size(), 1u);
  EXPECT_EQ(build.outputs[0].type, OutputType::kDockerTar);
  EXPECT_EQ(build.outputs[0].destination, "app.tar");
  EXPECT_EQ(build.outputs[0].names, std::vector<std::string>{"registry.example/app:1"});
}

TEST(KanikoCommandLine, PushesToEveryDestinationUnlessToldOtherwise) {
  const BuildOptions build =
      Build({"-c", "dir:///src", "-d", "a.example/x:1", "-d", "b.example/x"});
  EXPECT_EQ(build.input.context, "/src");
  ASSERT_EQ(build.outputs.size(), 1u);
  EXPECT_EQ(build.outputs[0].type, OutputType::kRegistry);
  EXPECT_EQ(build.outputs[0].names.size(), 2u);
  EXPECT_FALSE(Parse({"-c", "/src"}).ok());
}

TEST(KanikoCommandLine, InsecureMeansTheHostsPushedToAlone) {
  const BuildOptions build = Build({"-c", "/src", "-d", "a.example:5000/x:1", "--insecure"});
  EXPECT_EQ(build.input.insecure_registries, std::vector<std::string>{"a.example:5000"});
}

TEST(KanikoCommandLine, BuildArgWithoutAValueComesFromTheEnvironment) {
  const BuildOptions build = Build({"-c", "/s", "--no-push", "--tar-path", "t", "--build-arg",
                                    "TOKEN", "--build-arg", "UNSET", "--build-arg", "A=b=c"});
  EXPECT_EQ(build.input.build_args,
            (std::map<std::string, std::string>{{"A", "b=c"}, {"TOKEN", "from the environment"}}));
}

TEST(KanikoCommandLine, RefusesWhatItDoesNotKnowByName) {
  const Result<Command> unknown = Parse({"-c", "/s", "--no-push", "--cahce"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message().find("--cahce"), std::string::npos);
  EXPECT_FALSE(Parse({"-c", "s3://bucket/x.tar.gz", "--no-push"}).ok());
}

}  // namespace
}  // namespace cooper
