#include "cli/cli.h"

#include <fmt/format.h>

#include <ostream>
#include <variant>

#include "cli/command_line/command_line.h"
#include "cli/command_line/explain_command_line.h"
#include "cli/command_line/store_command_line.h"
#include "cli/commands.h"
#include "cli/store/store_commands.h"
#include "ir/base/diagnostic_printer.h"
#include "planner/planner.h"

namespace cooper {
namespace {

// Chooses the function for each alternative of Command.
struct Dispatch {
  CliEnvironment& environment;

  int operator()(const BuildOptions& options) { return RunBuild(options, environment); }
  int operator()(const PlanOptions& options) { return RunPlan(options, environment); }
  int operator()(const CheckOptions& options) { return RunCheck(options, environment); }
  int operator()(const ExplainOptions& options) { return RunExplain(options, environment); }
  int operator()(const InspectOptions& options) { return RunInspect(options, environment); }
  int operator()(const CompileOptions& options) { return RunCompile(options, environment); }
  int operator()(const StoreCheckOptions& options) { return RunStoreCheck(options, environment); }
  int operator()(const StoreUsageOptions& options) { return RunStoreUsage(options, environment); }
  int operator()(const StorePruneOptions& options) { return RunStorePrune(options, environment); }
  int operator()(const KanikoRequest& request) {
    return RunKanikoBuild(request.build, environment);
  }
  int operator()(const ListPassesRequest&) {
    for (const PassInfo& pass : ListPasses()) {
      environment.out << fmt::format("{:<20} {}\n", pass.name, pass.summary);
    }
    return 0;
  }
  int operator()(const PrintRequest& request) {
    environment.out << request.text;
    return 0;
  }
};

std::string_view ProgramName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

int RunCli(const std::vector<std::string>& arguments, CliEnvironment& environment) {
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  const bool as_executor = ProgramName(arguments[0]) == "executor";
  const bool kaniko_verb = !rest.empty() && rest[0] == "kaniko";
  const bool store_verb = !rest.empty() && rest[0] == "store";
  const bool explain_verb = !rest.empty() && rest[0] == "explain";
  Result<Command> command =
      as_executor    ? ParseKanikoCommandLine(rest, environment)
      : explain_verb ? ParseExplainCommandLine({rest.begin() + 1, rest.end()})
      : store_verb   ? ParseStoreCommandLine({rest.begin() + 1, rest.end()})
      : kaniko_verb  ? ParseKanikoCommandLine({rest.begin() + 1, rest.end()}, environment)
                     : ParseCommandLine(arguments, environment);
  if (!command.ok()) {
    environment.err << FormatError(command.error(), SourceFiles());
    return as_executor ? 1 : ExitCodeFor(command.error().kind());
  }
  return std::visit(Dispatch{environment}, *command);
}

}  // namespace cooper
