#include "cli/kept_paths.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "backends/sandbox/ladder/container.h"

namespace cooper {
namespace {

class Paths {
 public:
  void Add(const std::string& path) {
    if (path.empty() || path == "-") return;
    std::error_code error;
    const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
    if (!error) paths_.push_back(real.string());
  }
  std::vector<std::string> Take() { return std::move(paths_); }

 private:
  std::vector<std::string> paths_;
};

// `/opt/cooper` of `/opt/cooper/bin/cooper`: libraries, the RUN helper and certificates
// are beside the program. One in a directory of the system has only itself.
std::string Prefix() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto prefix = program.parent_path().parent_path();
  const bool own = prefix.string().starts_with("/opt/") || prefix.string().starts_with("/kaniko");
  return own ? prefix.string() : program.string();
}

}  // namespace

std::vector<std::string> KeptPaths(const BuildOptions& options, const CliEnvironment& environment) {
  Paths paths;
  paths.Add(Prefix());
  paths.Add("/kaniko");
  paths.Add(kOwnImageMarker);
  paths.Add(options.input.context);
  paths.Add(options.input.dockerfile);
  for (const auto& [name, context] : options.input.named_contexts) {
    if (context.kind == NamedContext::Kind::kDirectory ||
        context.kind == NamedContext::Kind::kLayout) {
      paths.Add(context.value);
    }
  }
  for (const OutputSpec& output : options.outputs) paths.Add(output.destination);
  paths.Add(options.digest_file);
  for (const SecretSource& secret : options.grants.secrets) paths.Add(secret.file);
  for (const AgentSource& agent : options.grants.agents) paths.Add(agent.socket);
  for (const char* variable : {"DOCKER_CONFIG", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK",
                               "REGISTRY_AUTH_FILE", "CI_PROJECT_DIR"}) {
    paths.Add(environment.variable(variable).value_or(""));
  }
  if (const auto home = environment.variable("HOME")) paths.Add(*home + "/.docker");
  return paths.Take();
}

}  // namespace cooper
