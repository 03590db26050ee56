// What the caller of a build lets its RUN steps have beyond their image: secrets,
// agents, and powers that are given by consent only.
//
// Owned by the caller for the build. The values are on no disk of ours and part of no
// key, record, log or message.

#ifndef COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_GRANTS_H_
#define COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_GRANTS_H_

#include <map>
#include <string>

#include "ir/base/result.h"
#include "ir/plan/build_plan.h"

namespace cooper {

struct RunGrants {
  std::map<std::string, std::string> secrets = {};  // value by id
  std::map<std::string, std::string> agents = {};   // host path of the ssh agent's socket by id
  bool host_network = false;                        // RUN --network=host
  bool insecure = false;                            // RUN --security=insecure
};

// Whether the plan's RUN steps may have what they ask for, whatever is cached, and
// those that will run are given the secrets and agents that they require. kUsage with
// the place of the first step that is not, and the flag that helps.
Status CheckRunGrants(const BuildPlan& plan, const RunGrants& grants);

// The faults of a secret or an agent that a step requires and nobody gave.
Error MissingSecret(const std::string& id);
Error MissingAgent(const std::string& id);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_MOUNTS_RUN_GRANTS_H_
