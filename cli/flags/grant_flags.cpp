#include "cli/flags/grant_flags.h"

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include <array>
#include <utility>

#include "cli/flags/flag_values.h"
#include "ir/text/csv.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr std::array<std::string_view, 5> kSecretKeys = {"id", "type", "src", "source", "env"};

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

}  // namespace

Status AddSecret(const std::string& text, GrantOptions& grants) {
  SecretSource secret;
  std::string type;
  for (const std::string& field : SplitCsv(text)) {
    const size_t equals = field.find('=');
    if (equals == std::string::npos) {
      return UsageError(
          "`--secret`: a part is not of the form key=value; write "
          "`--secret id=ID,src=FILE` or `--secret id=ID,env=NAME`");
    }
    const std::string key = llvm::StringRef(field).take_front(equals).lower();
    std::string value = field.substr(equals + 1);
    if (key == "id") {
      secret.id = std::move(value);
    } else if (key == "src" || key == "source") {
      secret.file = std::move(value);
    } else if (key == "env") {
      secret.variable = std::move(value);
    } else if (key == "type") {
      if (value != "file" && value != "env") {
        return UsageError("`--secret`: `type` is `file` or `env`");
      }
      type = std::move(value);
    } else {
      const auto nearest = NearestName(key, kSecretKeys);
      return UsageError(fmt::format("`--secret`: unknown key `{}`; {}", key,
                                    nearest ? fmt::format("did you mean `{}`?", *nearest)
                                            : "there are `id`, `type`, `src` and `env`"));
    }
  }
  if (secret.id.empty()) {
    return UsageError("`--secret` needs an id; write `--secret id=ID,src=FILE`");
  }
  if (type == "env" && secret.variable.empty()) secret.variable = std::exchange(secret.file, "");
  if (type == "env" && secret.variable.empty()) secret.variable = secret.id;
  if (type == "file" && secret.file.empty() && secret.variable.empty()) secret.file = secret.id;
  if (!secret.file.empty() && !secret.variable.empty()) {
    return UsageError(fmt::format(
        "`--secret id={}`: it comes from `src` or from `env`; give one of them", secret.id));
  }
  grants.secrets.push_back(std::move(secret));
  return Ok();
}

Status AddAgent(const std::string& text, GrantOptions& grants) {
  AgentSource agent;
  const size_t equals = text.find('=');
  agent.id = text.substr(0, equals);
  if (equals != std::string::npos) agent.socket = text.substr(equals + 1);
  if (agent.id.empty()) {
    return UsageError(fmt::format("`--ssh {}`: expected `default` or ID=SOCKET", text));
  }
  if (agent.socket.find(',') != std::string::npos) {
    return UsageError(fmt::format(
        "`--ssh {}`: several files of keys are not supported; add them to an ssh-agent with "
        "`ssh-add` and give `--ssh {}`",
        text, agent.id));
  }
  grants.agents.push_back(std::move(agent));
  return Ok();
}

Status AddAllowed(const std::string& text, GrantOptions& grants) {
  for (const std::string& name : SplitCsv(text)) {
    COOPER_ASSIGN_OR_RETURN(
        const auto power,
        ParseChoice<bool GrantOptions::*>("--allow", name,
                                          {{"network.host", &GrantOptions::host_network},
                                           {"security.insecure", &GrantOptions::insecure}}));
    grants.*power = true;
  }
  return Ok();
}

}  // namespace cooper
