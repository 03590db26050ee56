// RUN: a command in the stage's tree.

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/dockerfile/lower/instructions/instructions.h"
#include "frontends/dockerfile/lower/instructions/run_device.h"
#include "frontends/dockerfile/lower/instructions/run_mount.h"
#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/prescan/heredoc_marker.h"
#include "frontends/dockerfile/stages/global_scope.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr std::string_view kNetworks[] = {"default", "none", "host"};
constexpr std::string_view kSecurities[] = {"sandbox", "insecure"};

// The value of a flag that names one of `names`; 0 when it is not given.
std::optional<size_t> ReadMode(const Instruction& instruction, std::string_view name,
                               std::span<const std::string_view> names, StageLowering& stage) {
  const Flag* flag = FindFlag(instruction, name);
  if (flag == nullptr) return 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (*flag->value == names[i]) return i;
  }
  const std::optional<std::string_view> nearest = NearestName(*flag->value, names);
  stage.Report(DiagnosticKind::kInvalidFlag, instruction.RangeOf(*flag),
               fmt::format("invalid {} mode `{}`; {}", name, *flag->value,
                           nearest ? fmt::format("did you mean `{}`?", *nearest)
                                   : fmt::format("there are {}", fmt::join(names, ", "))));
  return std::nullopt;
}

// The script itself, when the command is a heredoc and nothing else.
const Heredoc* OnlyHeredoc(const Instruction& instruction) {
  const std::vector<Heredoc>& heredocs = instruction.heredocs();
  const bool alone = heredocs.size() == 1 && !instruction.json &&
                     ParseHeredocMarker(instruction.arguments[0].text).has_value();
  return alone ? &heredocs[0] : nullptr;
}

std::vector<std::string> CommandLine(const Instruction& instruction, const StageLowering& stage) {
  std::vector<std::string> args;
  if (instruction.json) {
    for (const Word& word : instruction.arguments) args.push_back(word.text);
    return args;
  }
  args = stage.Shell();
  if (const Heredoc* script = OnlyHeredoc(instruction)) {
    std::string text = script->Text();
    args.push_back(text.starts_with("#!") ? "/dev/pipes/" + script->name : std::move(text));
    return args;
  }
  // Put back together for the shell, which reads the heredocs itself.
  std::string command = instruction.arguments.empty() ? "" : instruction.arguments[0].text;
  for (const Heredoc& heredoc : instruction.heredocs()) {
    command += "\n" + heredoc.content + heredoc.name;
  }
  args.push_back(std::move(command));
  return args;
}

// A script that names its interpreter is a file, mounted where the shell starts it.
std::optional<Mount> ScriptMount(const Instruction& instruction, StageLowering& stage,
                                 std::vector<Edge>& inputs) {
  const Heredoc* script = OnlyHeredoc(instruction);
  if (script == nullptr || !script->Text().starts_with("#!")) return std::nullopt;
  const Edge scratch = stage.AddVertex(instruction, "script", SourceScratchOp{}, {});
  const Edge file = stage.AddVertex(
      instruction, "script", FileMkfileOp{"/" + script->name, 0755, "", script->Text()}, {scratch});
  Mount mount;
  mount.type = MountType::kBind;
  mount.input = static_cast<uint32_t>(inputs.size());
  mount.target = "/dev/pipes/" + script->name;
  mount.source = "/" + script->name;
  mount.read_only = true;
  inputs.push_back(file);
  return mount;
}

// `RUN |2 A=1 B=2 argv...`: the declared ARGs, the later value of one in its
// first place.
std::string CreatedBy(const StageState& state, const std::vector<std::string>& args) {
  std::string text = "RUN";
  Environment declared;
  for (const BuildArg& arg : state.args) {
    declared.Set(arg.name, state.env.Get(arg.name).value_or(arg.value));
  }
  if (!declared.lines().empty()) text += fmt::format(" |{}", declared.lines().size());
  for (const std::string& line : declared.lines()) text += " " + line;
  for (const std::string& arg : args) text += " " + arg;
  return text;
}

// The proxies of the build arguments in both spellings, as programs look for one
// or the other; what the stage has set itself counts more.
std::vector<std::string> ProxyNames(StageLowering& stage) {
  std::set<std::string> names;
  for (const auto& [name, value] : stage.file().options().build_args) {
    for (const std::string_view spelling : ProxySpellings(name)) {
      if (!stage.state().env.Get(spelling)) names.emplace(spelling);
    }
  }
  return {names.begin(), names.end()};
}

bool ReadDevices(const Instruction& instruction, StageLowering& stage, ExecOp& op) {
  bool ok = true;
  for (const Flag* flag : FindFlags(instruction, "device")) {
    Result<std::string> device = ParseDevice(*flag->value);
    ok = ok && device.ok();
    if (device.ok()) {
      op.devices.push_back(*std::move(device));
    } else {
      stage.file().diagnostics().Report(device.error().At(instruction.RangeOf(*flag)));
    }
  }
  return ok;
}

// Agents without a target of their own are numbered.
void PlaceAgents(std::vector<Mount>& mounts) {
  size_t agents = 0;
  for (Mount& mount : mounts) {
    if (mount.type != MountType::kSsh) continue;
    if (mount.target.empty()) mount.target = fmt::format("/run/buildkit/ssh_agent.{}", agents);
    ++agents;
  }
}

// The build argument is for Dockerfiles that were written for BuildKit.
std::string HostnameOf(const FrontendOptions& options) {
  const auto given = options.build_args.find("BUILDKIT_SANDBOX_HOSTNAME");
  if (!options.hostname.empty() || given == options.build_args.end()) return options.hostname;
  return given->second;
}

}  // namespace

void LowerRun(const Instruction& instruction, StageLowering& stage) {
  StageState& state = stage.state();
  const std::optional<size_t> network = ReadMode(instruction, "network", kNetworks, stage);
  const std::optional<size_t> security = ReadMode(instruction, "security", kSecurities, stage);
  std::vector<Edge> inputs = {state.root};
  ExecOp op;
  bool ok = ReadDevices(instruction, stage, op);
  for (const Flag* flag : FindFlags(instruction, "mount")) {
    std::optional<Mount> mount = LowerMount(instruction, *flag, stage, inputs);
    ok = ok && mount;
    if (mount) op.mounts.push_back(*std::move(mount));
  }
  PlaceAgents(op.mounts);
  op.args = CommandLine(instruction, stage);
  if (op.args.empty() || op.args[0].empty()) {
    stage.Report(DiagnosticKind::kInvalidArgument, instruction.WholeRange(),
                 "RUN requires a command; the first string of the array is its name");
    return;
  }
  if (!ok || !network || !security) return;
  if (std::optional<Mount> script = ScriptMount(instruction, stage, inputs)) {
    op.mounts.push_back(*std::move(script));
  }
  if (!stage.file().ChargeGraph(state.env.size_bytes(), instruction.WholeRange())) return;
  op.env = state.env.lines();
  op.cwd = stage.WorkingDir();
  op.user = state.config.user;
  op.hostname = HostnameOf(stage.file().options());
  op.network = static_cast<NetworkMode>(*network);
  op.security = static_cast<SecurityMode>(*security);
  op.proxy_env = ProxyNames(stage);
  std::string created_by = CreatedBy(state, op.args);
  state.root = stage.AddVertex(instruction, "run", std::move(op), std::move(inputs));
  stage.AddHistory(instruction, std::move(created_by), state.root.vertex);
}

}  // namespace cooper
