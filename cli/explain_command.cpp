#include <fmt/format.h>

#include <ostream>

#include "backends/store/store.h"
#include "cli/commands.h"
#include "cli/history/explain_text.h"
#include "cli/history/project.h"
#include "cli/history/store_key_history.h"
#include "cli/store/store_place.h"
#include "ir/base/diagnostic_printer.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

Status Explain(const ExplainOptions& options, CliEnvironment& environment) {
  COOPER_ASSIGN_OR_RETURN(const std::string directory,
                          StorePlace(options.input.store, environment));
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, Store::OpenToRead(directory));
  const Digest project = ProjectOf(options.input);
  const std::optional<std::string> json = store->history().NewestBuild(project);
  const std::optional<BuildReport> report = json ? BuildReportFromJson(*json) : std::nullopt;
  if (!report) {
    return Error(DiagnosticKind::kUsage,
                 fmt::format("the store `{}` knows no build of `{}`; build it first, or name its "
                             "context with `--context DIR`",
                             directory, options.input.context));
  }
  if (options.json) {
    environment.out << *json << '\n';
    return Ok();
  }
  if (options.step.empty()) {
    environment.out << OverviewText(*report);
    return Ok();
  }
  const std::vector<const StepReport*> steps = FindSteps(*report, options.step);
  if (steps.empty()) {
    return Error(DiagnosticKind::kUsage,
                 fmt::format("the build has no step `{}`; `cooper explain` alone lists them",
                             EscapeForTerminal(options.step)));
  }
  StoreKeyHistory history(store->history(), project);
  for (const StepReport* const step : steps) {
    environment.out << StepText(*step, step->key ? history.Find(*step->key) : std::nullopt);
  }
  return Ok();
}

}  // namespace

int RunExplain(const ExplainOptions& options, CliEnvironment& environment) {
  const Status status = Explain(options, environment);
  if (status.ok()) return 0;
  environment.err << FormatError(status.error(), SourceFiles());
  return ExitCodeFor(status.error().kind());
}

}  // namespace cooper
