#include "frontends/dockerfile/lint/catalog/shell_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ShellCommands, SplitsAtOperatorsOutsideOfQuotes) {
  EXPECT_THAT(SplitShellCommands("a 'x && y' && b; c | d \"e;f\" || g"),
              ElementsAre(ElementsAre("a", "x && y"), ElementsAre("b"), ElementsAre("c"),
                          ElementsAre("d", "e;f"), ElementsAre("g")));
}

TEST(ShellCommands, LooksBehindAssignmentsAndPrefixes) {
  EXPECT_THAT(SplitShellCommands("DEBIAN_FRONTEND=x sudo /usr/bin/apt-get update"),
              ElementsAre(ElementsAre("apt-get", "update")));
  EXPECT_THAT(SplitShellCommands("if true; then make; fi"),
              ElementsAre(ElementsAre("true"), ElementsAre("make"), ElementsAre("fi")));
}

TEST(ShellCommands, ReadsLinesCommentsAndContinuations) {
  EXPECT_THAT(SplitShellCommands("# apt-get update\nmake \\\n all # now\ntrue#no"),
              ElementsAre(ElementsAre("make", "all"), ElementsAre("true#no")));
  EXPECT_THAT(SplitShellCommands(" ; && "), IsEmpty());
}

TEST(ShellCommands, FindsSubcommandsBehindOptions) {
  EXPECT_TRUE(Calls({"apt-get", "-y", "install", "curl"}, "apt-get", "install"));
  EXPECT_FALSE(Calls({"apt-get", "update"}, "apt-get", "install"));
  EXPECT_FALSE(Calls({"apt-get"}, "apt-get", "install"));
}

}  // namespace
}  // namespace cooper
