#include "cli/command_line/explain_command_line.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/flags/flag_values.h"
#include "cli/flags/parse_words.h"

namespace cooper {

Result<Command> ParseExplainCommandLine(const std::vector<std::string>& arguments) {
  CLI::App app("Say what the last build did, and why each step ran", "cooper explain");
  ExplainOptions options;
  std::string format = "text";
  AddValue(app, "STEP", options.step, " ",
           "A step's number, `:LINE` of the Dockerfile, name\n"
           "in graph text or a part of its text (default:\n"
           "an overview of all)");
  AddValue(app, "--context", options.input.context, "DIR", "The context of the build (default: .)");
  AddValue(app, "-f,--file", options.input.dockerfile, "FILE",
           "Its Dockerfile (default: Dockerfile in the context)");
  AddValue(app, "--store", options.input.store, "DIR",
           "The store of the build (default: COOPER_STORE,\n"
           "else ~/.cache/cooper)");
  AddValue(app, "--format", format, "FORMAT", "text or json (default: text)");
  COOPER_ASSIGN_OR_RETURN(const WordsOutcome outcome, ParseWords(app, arguments));
  if (const auto* help = std::get_if<HelpWanted>(&outcome)) {
    return Command(PrintRequest{help->text});
  }
  if (options.input.context.empty()) options.input.context = ".";
  COOPER_ASSIGN_OR_RETURN(options.json,
                          ParseChoice<bool>("--format", format, {{"text", false}, {"json", true}}));
  return Command(std::move(options));
}

}  // namespace cooper
