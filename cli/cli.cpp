#include "cli/cli.h"

#include <fmt/format.h>

#include <ostream>
#include <string_view>
#include <utility>
#include <variant>

#include "cli/command_line/command_line.h"
#include "cli/command_line/explain_command_line.h"
#include "cli/command_line/image_command_line.h"
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
  int operator()(const ImageUnpackOptions& options) { return RunImageUnpack(options, environment); }
  int operator()(const ImageInspectOptions& options) {
    return RunImageInspect(options, environment);
  }
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

using Words = std::vector<std::string>;

// Verbs with a command line of their own.
constexpr std::pair<std::string_view, Result<Command> (*)(const Words&, const CliEnvironment&)>
    kOwnCommandLines[] = {
        {"explain",
         [](const Words& words, const CliEnvironment&) { return ParseExplainCommandLine(words); }},
        {"store",
         [](const Words& words, const CliEnvironment&) { return ParseStoreCommandLine(words); }},
        {"image",
         [](const Words& words, const CliEnvironment&) { return ParseImageCommandLine(words); }},
        {"kaniko",
         [](const Words& words, const CliEnvironment& environment) {
           return ParseKanikoCommandLine(words, environment);
         }},
};

Result<Command> Parse(const Words& arguments, const CliEnvironment& environment) {
  for (const auto& [verb, parse] : kOwnCommandLines) {
    if (arguments.size() > 1 && arguments[1] == verb) {
      return parse({arguments.begin() + 2, arguments.end()}, environment);
    }
  }
  return ParseCommandLine(arguments, environment);
}

std::string_view ProgramName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

int RunCli(const std::vector<std::string>& arguments, CliEnvironment& environment) {
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  const bool as_executor = ProgramName(arguments[0]) == "executor";
  Result<Command> command =
      as_executor ? ParseKanikoCommandLine(rest, environment) : Parse(arguments, environment);
  if (!command.ok()) {
    environment.err << FormatError(command.error(), SourceFiles());
    return as_executor ? 1 : ExitCodeFor(command.error().kind());
  }
  return std::visit(Dispatch{environment}, *command);
}

}  // namespace cooper
