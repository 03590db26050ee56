#include "backends/execute/mounts/run_grants.h"

#include <fmt/format.h>

#include <utility>

namespace cooper {
namespace {

Status CheckConsent(const ExecOp& exec, const RunGrants& grants) {
  if (exec.network == NetworkMode::kHost && !grants.host_network) {
    return Error(DiagnosticKind::kUsage,
                 "`--network=host` gives the step the network of this machine; if it may have "
                 "that, pass `--allow network.host`");
  }
  if (exec.security == SecurityMode::kInsecure && !grants.insecure) {
    return Error(DiagnosticKind::kUsage,
                 "`--security=insecure` gives the step all powers that the build has; if it may "
                 "have them, pass `--allow security.insecure`");
  }
  return Ok();
}

Status CheckRequired(const ExecOp& exec, const RunGrants& grants) {
  for (const Mount& mount : exec.mounts) {
    if (!mount.required) continue;
    if (mount.type == MountType::kSecret && !grants.secrets.contains(mount.id)) {
      return MissingSecret(mount.id);
    }
    if (mount.type == MountType::kSsh && !grants.agents.contains(mount.id)) {
      return MissingAgent(mount.id);
    }
  }
  return Ok();
}

}  // namespace

Error MissingSecret(const std::string& id) {
  return Error(DiagnosticKind::kUsage,
               fmt::format("the step requires the secret `{0}`, which is not given; pass "
                           "`--secret id={0},src=FILE` or `--secret id={0},env=NAME`",
                           id));
}

Error MissingAgent(const std::string& id) {
  return Error(DiagnosticKind::kUsage,
               fmt::format("the step requires the ssh agent `{0}`, which is not given; pass "
                           "`--ssh {0}` or `--ssh {0}=SOCKET`",
                           id));
}

Status CheckRunGrants(const BuildPlan& plan, const RunGrants& grants) {
  for (const Step& step : plan.steps) {
    const Vertex& vertex = plan.graph.vertex(step.vertex);
    const auto* exec = std::get_if<ExecOp>(&vertex.op);
    if (step.kind != StepKind::kRun || exec == nullptr) continue;
    Status status = CheckConsent(*exec, grants);
    if (status.ok() && step.state == StepState::kRun) status = CheckRequired(*exec, grants);
    if (status.ok()) continue;
    if (!vertex.metadata.ranges.empty()) status.error().At(vertex.metadata.ranges.front());
    return status;
  }
  return Ok();
}

}  // namespace cooper
