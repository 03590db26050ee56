#include "cli/inputs/read_grants.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {
namespace {

constexpr size_t kMaxSecretBytes = 500 << 10;  // as BuildKit has it
constexpr std::string_view kAgentVariable = "SSH_AUTH_SOCK";

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

Error SecretError(const std::string& id, std::string_view what) {
  return UsageError(fmt::format("`--secret id={}`: {}", id, what));
}

Result<std::string> ReadSecretFile(const SecretSource& secret) {
  const auto failed = [&](int error) {
    Error failure =
        ErrnoError(DiagnosticKind::kUsage,
                   fmt::format("`--secret id={}`: cannot read its file", secret.id), error);
    if (!IsFaultOfEnvironment(error)) {
      failure.Advise("`src` takes a path, which is not shown here in case it is the secret itself");
    }
    return failure;
  };
  // May be a pipe, as a shell's `<(command)` makes one.
  const ScopedFd file(open(secret.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return failed(errno);
  std::string value;
  std::array<char, 64 << 10> buffer;
  while (true) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) return value;
    value.append(buffer.data(), static_cast<size_t>(count));
    if (value.size() > kMaxSecretBytes) {
      return SecretError(secret.id, fmt::format("a secret has at most {} bytes", kMaxSecretBytes));
    }
  }
}

Result<std::string> ReadSecret(const SecretSource& source, const CliEnvironment& environment) {
  SecretSource secret = source;
  // An id alone is a variable of this name, or else a file.
  if (secret.file.empty() && secret.variable.empty()) {
    (environment.variable(secret.id) ? secret.variable : secret.file) = secret.id;
  }
  if (secret.variable.empty()) return ReadSecretFile(secret);
  std::optional<std::string> value = environment.variable(secret.variable);
  if (!value) {
    return SecretError(secret.id, fmt::format("the variable `{}` is not set", secret.variable));
  }
  if (value->size() > kMaxSecretBytes) {
    return SecretError(secret.id, fmt::format("a secret has at most {} bytes", kMaxSecretBytes));
  }
  return *std::move(value);
}

Result<std::string> FindAgent(const AgentSource& agent, const CliEnvironment& environment) {
  std::string socket = agent.socket;
  if (socket.empty()) socket = environment.variable(std::string(kAgentVariable)).value_or("");
  if (socket.empty()) {
    return UsageError(
        fmt::format("`--ssh {0}`: no agent runs here, as {1} is not set; start one "
                    "with `eval $(ssh-agent)`, or give `--ssh {0}=SOCKET`",
                    agent.id, kAgentVariable));
  }
  struct stat status{};
  if (stat(socket.c_str(), &status) != 0) {
    return ErrnoError(DiagnosticKind::kUsage,
                      fmt::format("`--ssh {}`: cannot use `{}`", agent.id, socket), errno);
  }
  if (!S_ISSOCK(status.st_mode)) {
    return UsageError(fmt::format(
        "`--ssh {}={}` is not a socket; files of keys are not supported: add the key to an "
        "ssh-agent with `ssh-add` and give `--ssh {}`",
        agent.id, socket, agent.id));
  }
  return socket;
}

}  // namespace

Result<RunGrants> ReadGrants(const GrantOptions& options, const CliEnvironment& environment) {
  RunGrants grants;
  grants.host_network = options.host_network;
  grants.insecure = options.insecure;
  for (const SecretSource& secret : options.secrets) {
    COOPER_ASSIGN_OR_RETURN(grants.secrets[secret.id], ReadSecret(secret, environment));
  }
  for (const AgentSource& agent : options.agents) {
    COOPER_ASSIGN_OR_RETURN(grants.agents[agent.id], FindAgent(agent, environment));
  }
  return grants;
}

}  // namespace cooper
