#include "backends/execute/mounts/run_grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace cooper {
namespace {

using testing::HasSubstr;

BuildPlan PlanOf(const std::function<void(ExecOp&)>& change, StepState state = StepState::kRun) {
  ExecOp exec;
  exec.args = {"make"};
  change(exec);
  BuildPlan plan;
  plan.graph.Add({"base", SourceScratchOp{}, {}, {}});
  plan.graph.Add(
      {"run", std::move(exec), {{0, 0}}, {{SourceRange{0, {7, 1}, {7, 9}}}, "RUN make"}});
  plan.steps = {{1, StepKind::kRun, 1, {}, state, "", {}}};
  return plan;
}

Mount RequiredMount(MountType type, const std::string& id) {
  Mount mount;
  mount.type = type;
  mount.id = id;
  mount.required = true;
  return mount;
}

BuildPlan PlanWith(const Mount& mount, StepState state = StepState::kRun) {
  return PlanOf([&](ExecOp& exec) { exec.mounts = {mount}; }, state);
}

TEST(RunGrants, RequiredSecretThatIsMissingNamesLineAndFlag) {
  const BuildPlan plan = PlanWith(RequiredMount(MountType::kSecret, "token"));
  const Status status = CheckRunGrants(plan, {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("`--secret id=token,src=FILE`"));
  ASSERT_TRUE(status.error().range().has_value());
  EXPECT_EQ(status.error().range()->begin.line, 7u);
  RunGrants grants;
  grants.secrets["token"] = "";
  EXPECT_TRUE(CheckRunGrants(plan, grants).ok());
}

TEST(RunGrants, RequiredAgentThatIsMissingNamesTheFlag) {
  const Status status = CheckRunGrants(PlanWith(RequiredMount(MountType::kSsh, "deploy")), {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("`--ssh deploy`"));
}

TEST(RunGrants, CachedStepNeedsNoSecret) {
  const Mount secret = RequiredMount(MountType::kSecret, "token");
  EXPECT_TRUE(CheckRunGrants(PlanWith(secret, StepState::kCached), {}).ok());
}

TEST(RunGrants, OptionalSecretMayBeMissing) {
  Mount secret = RequiredMount(MountType::kSecret, "token");
  secret.required = false;
  EXPECT_TRUE(CheckRunGrants(PlanWith(secret), {}).ok());
}

TEST(RunGrants, HostNetworkNeedsConsentEvenFromTheCache) {
  const auto host = [](ExecOp& exec) { exec.network = NetworkMode::kHost; };
  for (const StepState state : {StepState::kRun, StepState::kCached, StepState::kSkipped}) {
    const Status status = CheckRunGrants(PlanOf(host, state), {.insecure = true});
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error().message(), HasSubstr("`--allow network.host`"));
  }
  EXPECT_TRUE(CheckRunGrants(PlanOf(host), {.host_network = true}).ok());
}

TEST(RunGrants, InsecureNeedsConsent) {
  const auto insecure = [](ExecOp& exec) { exec.security = SecurityMode::kInsecure; };
  const Status status = CheckRunGrants(PlanOf(insecure), {.host_network = true});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("`--allow security.insecure`"));
  EXPECT_TRUE(CheckRunGrants(PlanOf(insecure), {.insecure = true}).ok());
}

}  // namespace
}  // namespace cooper
