// Reads the command line: the adapter of CLI11.

#ifndef COOPER_CLI_COMMAND_LINE_COMMAND_LINE_H_
#define COOPER_CLI_COMMAND_LINE_COMMAND_LINE_H_

#include <string>
#include <variant>
#include <vector>

#include "cli/options/cli_environment.h"
#include "cli/options/explain_options.h"
#include "cli/options/image_options.h"
#include "cli/options/options.h"
#include "cli/options/store_options.h"
#include "ir/base/result.h"

namespace cooper {

// Text to print, for --help and --version.
struct PrintRequest {
  std::string text;
};

struct ListPassesRequest {};

// kaniko's command line, already translated.
struct KanikoRequest {
  BuildOptions build;
};

using Command = std::variant<BuildOptions, PlanOptions, CheckOptions, ExplainOptions,
                             InspectOptions, CompileOptions, KanikoRequest, StoreCheckOptions,
                             StoreUsageOptions, StorePruneOptions, ImageUnpackOptions,
                             ImageInspectOptions, ListPassesRequest, PrintRequest>;

// kUsage with what was wrong and which help to read.
Result<Command> ParseCommandLine(const std::vector<std::string>& arguments,
                                 const CliEnvironment& environment);

// The flags of kaniko's executor; `arguments` without the program's name.
Result<Command> ParseKanikoCommandLine(const std::vector<std::string>& arguments,
                                       const CliEnvironment& environment);

}  // namespace cooper

#endif  // COOPER_CLI_COMMAND_LINE_COMMAND_LINE_H_
