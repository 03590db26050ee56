// What the command line asks for, in one shape for every way to say it: cooper's
// own verbs and kaniko's flags.

#ifndef COOPER_CLI_OPTIONS_OPTIONS_H_
#define COOPER_CLI_OPTIONS_OPTIONS_H_

#include <map>
#include <string>
#include <vector>

#include "backends/unpack/unpack_process.h"
#include "cli/options/output_spec.h"
#include "frontends/frontend.h"
#include "planner/planner.h"

namespace cooper {

// Which text is compiled, and with which inputs: shared by all verbs.
struct InputOptions {
  std::string context;     // directory; empty where a verb needs none
  std::string dockerfile;  // path; empty: `Dockerfile` in the context
  std::string frontend;    // "dockerfile", "ir"; empty: by the file's name
  std::vector<std::string> targets;
  std::map<std::string, std::string> build_args;
  std::map<std::string, std::string> labels;
  std::map<std::string, NamedContext> named_contexts;
  std::string platform;  // empty: this machine
  std::string store;     // empty: COOPER_STORE or the user's cache directory
  std::vector<std::string> insecure_registries;
  UnpackOptions unpack;  // its limits
  bool no_cache = false;
  bool explain = false;
  PlannerOptions planner;  // `output` is wired later
};

// Where a secret for RUN comes from; neither file nor variable: from whichever has
// the name of the id.
struct SecretSource {
  std::string id;
  std::string file;
  std::string variable;
};

struct AgentSource {
  std::string id;
  std::string socket;  // empty: SSH_AUTH_SOCK
};

// What RUN steps may have beyond their image.
struct GrantOptions {
  std::vector<SecretSource> secrets;
  std::vector<AgentSource> agents;
  bool host_network = false;
  bool insecure = false;
};

struct BuildOptions {
  InputOptions input;
  GrantOptions grants;
  std::vector<OutputSpec> outputs;
  std::string isolation = "auto";
  unsigned jobs = 0;  // 0: chosen from the number of processors
  bool quiet = false;
  std::string digest_file;  // receives "sha256:...", kaniko's --digest-file
};

enum class PlanFormat : uint8_t { kText, kJson, kDot, kMermaid, kMarkdown };

struct PlanOptions {
  InputOptions input;
  PlanFormat format = PlanFormat::kText;
  bool detailed_exit_code = false;  // 2 when something is to be done
};

enum class CheckFormat : uint8_t { kText, kJson, kSarif, kGitlab };
// What makes `cooper check` fail: faults alone, or findings from this severity on.
enum class FailOn : uint8_t { kError, kWarning, kInfo };

struct CheckOptions {
  InputOptions input;
  CheckFormat format = CheckFormat::kText;
  std::string output;  // a file; empty: standard output
  FailOn fail_on = FailOn::kError;
  bool offline = false;
};

// `build --call=outline` and `--call=targets`.
struct InspectOptions {
  InputOptions input;
  bool outline = false;  // else the targets
  bool json = false;
};

enum class EmitStage : uint8_t { kAst, kIr, kPlan };

struct CompileOptions {
  InputOptions input;
  EmitStage emit = EmitStage::kIr;
  bool locations = false;  // print source locations with the graph
};

}  // namespace cooper

#endif  // COOPER_CLI_OPTIONS_OPTIONS_H_
