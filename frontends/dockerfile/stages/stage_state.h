// What a stage has become after the instructions lowered so far.

#ifndef COOPER_FRONTENDS_DOCKERFILE_STAGES_STAGE_STATE_H_
#define COOPER_FRONTENDS_DOCKERFILE_STAGES_STAGE_STATE_H_

#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/stages/environment.h"
#include "ir/graph/build_graph.h"
#include "ir/image/image_config.h"
#include "ir/image/platform.h"

namespace cooper {

struct BuildArg {
  std::string name;
  std::string value;  // empty when it was declared without one
};

// A copy of it is where a stage FROM this one begins.
struct StageState {
  Edge root;
  Platform platform;
  std::string author;
  ContainerConfig config;      // but its `env`, which is `config_env`
  Environment config_env;      // what the image gets
  Environment env;             // what words and RUN see: also the ARGs, the later of two counts
  std::vector<BuildArg> args;  // declared so far, for RUN's history
  std::vector<TargetHistory> history;
  bool unknown_base = false;  // the image was not asked for: variables may be missing
  bool cmd_set = false;       // a CMD of this very stage: ENTRYPOINT leaves it alone
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_STAGES_STAGE_STATE_H_
