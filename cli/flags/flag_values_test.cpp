#include "cli/flags/flag_values.h"

#include <gtest/gtest.h>

#include <sstream>

namespace cooper {
namespace {

class FlagValues : public testing::Test {
 protected:
  std::ostringstream out_;
  CliEnvironment environment_{
      .out = out_,
      .err = out_,
      .variable = [](const std::string& name) -> std::optional<std::string> {
        if (name == "HTTP_PROXY") return "http://proxy:3128";
        return std::nullopt;
      },
      .interrupted = {}};
};

TEST_F(FlagValues, ChoiceSuggestsTheNearestNameElseAllNames) {
  const auto parse = [](const std::string& text) {
    return ParseChoice<int>("--format", text, {{"text", 1}, {"json", 2}});
  };
  EXPECT_EQ(*parse("json"), 2);
  EXPECT_EQ(parse("jsno").error().message(), "`--format jsno`: did you mean `json`?");
  EXPECT_EQ(parse("yaml").error().message(), "`--format yaml`: expected one of `text`, `json`");
}

TEST_F(FlagValues, NumberStaysWithinItsLimits) {
  EXPECT_EQ(*ParseNumber("--jobs", "256", 1, 256), 256u);
  for (const char* text : {"0", "257", "-1", "", "4x", "99999999999999999999"}) {
    EXPECT_FALSE(ParseNumber("--jobs", text, 1, 256).ok()) << text;
  }
}

TEST_F(FlagValues, BuildArgWithoutValueComesFromTheEnvironmentOrIsLeftOut) {
  std::map<std::string, std::string> arguments;
  for (const char* text : {"A=1=2", "B=", "HTTP_PROXY", "UNSET"}) {
    ASSERT_TRUE(AddBuildArg(text, environment_, arguments).ok()) << text;
  }
  EXPECT_EQ(arguments, (std::map<std::string, std::string>{
                           {"A", "1=2"}, {"B", ""}, {"HTTP_PROXY", "http://proxy:3128"}}));
  EXPECT_FALSE(AddBuildArg("=x", environment_, arguments).ok());
  EXPECT_FALSE(AddBuildArg("", environment_, arguments).ok());
}

TEST_F(FlagValues, NamedContextSplitsTheTagOfALayoutButNotAPortLikeDirectory) {
  std::map<std::string, NamedContext> contexts;
  ASSERT_TRUE(AddNamedContext("a=oci-layout:///x:1/y:tag", contexts).ok());
  ASSERT_TRUE(AddNamedContext("b=oci-layout://x:1/y", contexts).ok());
  ASSERT_TRUE(AddNamedContext("c=../other", contexts).ok());
  EXPECT_EQ(contexts["a"].value, "/x:1/y");
  EXPECT_EQ(contexts["a"].tag, "tag");
  EXPECT_EQ(contexts["b"].value, "x:1/y");
  EXPECT_EQ(contexts["b"].tag, "");
  EXPECT_EQ(contexts["c"].kind, NamedContext::Kind::kDirectory);
}

TEST_F(FlagValues, NamedContextMayBeARepositoryOrAnArchive) {
  for (const char* url : {"https://h/a.git#v1:docs", "http://h/a.tar.gz", "git@h:a.git",
                          "git://h/a", "ssh://git@h/a"}) {
    std::map<std::string, NamedContext> contexts;
    ASSERT_TRUE(AddNamedContext(std::string("a=") + url, contexts).ok()) << url;
    EXPECT_EQ(contexts["a"].kind, NamedContext::Kind::kUrl) << url;
    EXPECT_EQ(contexts["a"].value, url);
  }
}

TEST_F(FlagValues, NamedContextNeedsAPlaceOfAKnownKind) {
  std::map<std::string, NamedContext> contexts;
  for (const char* text : {"a", "=x", "a=", "a=docker-image://", "a=ftp://x"}) {
    EXPECT_FALSE(AddNamedContext(text, contexts).ok()) << text;
  }
  const Status status = AddNamedContext("a=ftp://me:secret@h/x", contexts);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace cooper
