#include <fmt/format.h>

#include <fstream>
#include <ostream>

#include "cli/check/check_report.h"
#include "cli/commands.h"
#include "cli/compilation.h"

namespace cooper {
namespace {

std::string Print(const CheckReport& report, const Compilation& compilation, CheckFormat format) {
  switch (format) {
    case CheckFormat::kText:
      return CheckText(report, compilation.files());
    case CheckFormat::kJson:
      return CheckJson(report, compilation.files(), compilation.file());
    case CheckFormat::kSarif:
      return CheckSarif(report, compilation.files());
    case CheckFormat::kGitlab:
      return CheckGitlab(report, compilation.files());
  }
  return "";
}

Status Write(const std::string& text, const std::string& path, CliEnvironment& environment) {
  if (path.empty()) {
    environment.out << text;
    return Ok();
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (file.flush()) return Ok();
  return Error(DiagnosticKind::kOutput, fmt::format("cannot write the report `{}`", path));
}

}  // namespace

int RunCheck(const CheckOptions& options, CliEnvironment& environment) {
  Workshop workshop(options.input, environment, StoreUse::kRead);
  Compilation compilation(options.input, environment, workshop);
  if (Status status = compilation.Read(); !status.ok()) return compilation.Fail(&status.error());
  // As BuildKit has it: without a target every stage is looked at.
  const CheckScope scope{.all_stages = options.input.targets.empty(), .offline = options.offline};
  const Result<std::optional<BuildGraph>> graph = compilation.Compile(scope);
  if (!graph.ok()) return compilation.Fail(&graph.error());

  const CheckReport report = MakeCheckReport(compilation.lint(), compilation.diagnostics());
  const std::string text = Print(report, compilation, options.format);
  if (Status status = Write(text, options.output, environment); !status.ok()) {
    return compilation.Fail(&status.error());
  }
  if (compilation.diagnostics().has_errors()) return compilation.ExitCode();
  const bool warned = report.Count(CheckReport::Severity::kWarning) > 0;
  const bool advised = report.Count(CheckReport::Severity::kInfo) > 0;
  return (options.fail_on != FailOn::kError && warned) ||
                 (options.fail_on == FailOn::kInfo && advised)
             ? 1
             : 0;
}

}  // namespace cooper
