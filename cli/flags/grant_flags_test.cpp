#include "cli/flags/grant_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using testing::HasSubstr;

std::string Fault(const Status& status) {
  if (status.ok()) return "no fault";
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kUsage);
  return status.error().message();
}

TEST(GrantFlags, SecretComesFromOnePlace) {
  GrantOptions grants;
  EXPECT_THAT(Fault(AddSecret("id=tok,sorce=x", grants)), HasSubstr("did you mean `source`?"));
  EXPECT_THAT(Fault(AddSecret("src=x", grants)), HasSubstr("needs an id"));
  EXPECT_THAT(Fault(AddSecret("id=tok,src=x,env=Y", grants)), HasSubstr("give one of them"));
  EXPECT_TRUE(grants.secrets.empty());
  EXPECT_TRUE(AddSecret("\"id=tok\",type=env,src=X", grants).ok());
  EXPECT_EQ(grants.secrets.at(0).variable, "X");
  EXPECT_EQ(grants.secrets.at(0).file, "");
}

TEST(GrantFlags, AgentIsNamedBeforeItsSocket) {
  GrantOptions grants;
  EXPECT_TRUE(AddAgent("default", grants).ok());
  EXPECT_TRUE(AddAgent("deploy=/run/a=b", grants).ok());
  EXPECT_EQ(grants.agents.at(0).socket, "");
  EXPECT_EQ(grants.agents.at(1).id, "deploy");
  EXPECT_EQ(grants.agents.at(1).socket, "/run/a=b");
  EXPECT_THAT(Fault(AddAgent("x=a,b", grants)),
              HasSubstr("several files of keys are not supported"));
  EXPECT_THAT(Fault(AddAgent("=a", grants)), HasSubstr("expected `default` or ID=SOCKET"));
}

TEST(GrantFlags, AllowsByName) {
  GrantOptions grants;
  EXPECT_TRUE(AddAllowed("network.host", grants).ok());
  EXPECT_TRUE(grants.host_network);
  EXPECT_FALSE(grants.insecure);
  EXPECT_TRUE(AddAllowed("security.insecure", grants).ok());
  EXPECT_TRUE(grants.insecure);
  EXPECT_THAT(Fault(AddAllowed("security.insecur", grants)),
              HasSubstr("did you mean `security.insecure`?"));
}

}  // namespace
}  // namespace cooper
