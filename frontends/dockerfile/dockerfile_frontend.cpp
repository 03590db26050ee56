#include "frontends/dockerfile/dockerfile_frontend.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "frontends/dockerfile/grammar/ast_printer.h"
#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "frontends/dockerfile/lint/linter.h"
#include "frontends/dockerfile/lower/file_lowering.h"
#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

// Names of this very language: `docker/dockerfile:1.7`, with or without a registry.
bool IsOwnSyntax(std::string_view value) {
  value = value.substr(0, value.find_first_of(" \t"));
  if (value.starts_with("docker.io/")) value.remove_prefix(10);
  if (value == "dockerfile.v0" || value == "dockerfile") return true;
  value = value.substr(0, value.find_first_of(":@"));
  return value == "docker/dockerfile" || value == "docker/dockerfile-upstream";
}

// The build argument BUILDKIT_SYNTAX takes the place of the directive.
void CheckSyntax(const std::optional<Directive>& directive, const FrontendOptions& options,
                 DiagnosticEngine& diagnostics) {
  const auto given = options.build_args.find("BUILDKIT_SYNTAX");
  const bool overridden = given != options.build_args.end();
  if (!overridden && !directive) return;
  const std::string& value = overridden ? given->second : directive->value;
  if (IsOwnSyntax(value)) return;
  Error error(DiagnosticKind::kUnsupported,
              fmt::format("syntax `{}` is not built in; there is `docker/dockerfile`", value));
  if (!overridden) error.At(directive->range);
  diagnostics.Report(error);
}

}  // namespace

std::optional<BuildGraph> DockerfileFrontend::Compile(SourceFiles& files, uint32_t file,
                                                      const FrontendOptions& options,
                                                      ImageResolver& resolver,
                                                      DiagnosticEngine& diagnostics) const {
  // A text that asks for another frontend is not measured by this one's grammar.
  const std::optional<Directive> foreign = FindForeignSyntax(files.file(file).text, file);
  const size_t errors_before = diagnostics.error_count();
  CheckSyntax(foreign, options, diagnostics);
  if (diagnostics.error_count() > errors_before) return std::nullopt;
  const Dockerfile dockerfile = ParseDockerfile(files, file, diagnostics);
  Linter linter(dockerfile, options, diagnostics);
  std::optional<BuildGraph> graph =
      FileLowering(
          files, dockerfile, options, resolver, diagnostics, LowerInstruction,
          {.observer = &linter, .all_stages = checks_.all_stages, .offline = checks_.offline})
          .Run();
  LintReport report = linter.Finish();
  if (checks_.report != nullptr) *checks_.report = std::move(report);
  if (diagnostics.has_errors()) return std::nullopt;
  return graph;
}

std::optional<std::string> DockerfileFrontend::PrintTree(const SourceFiles& files, uint32_t file,
                                                         DiagnosticEngine& diagnostics) const {
  const Dockerfile dockerfile = ParseDockerfile(files, file, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  return PrintAst(dockerfile);
}

std::vector<TargetInfo> DockerfileFrontend::Targets(const SourceFiles& files, uint32_t file,
                                                    DiagnosticEngine& diagnostics) const {
  return ListTargets(ParseDockerfile(files, file, diagnostics), diagnostics);
}

Outline DockerfileFrontend::OutlineOf(SourceFiles& files, uint32_t file,
                                      const FrontendOptions& options, ImageResolver& resolver,
                                      DiagnosticEngine& diagnostics) const {
  const Dockerfile dockerfile = ParseDockerfile(files, file, diagnostics);
  OutlineCollector collector(options);
  FileLowering(files, dockerfile, options, resolver, diagnostics, LowerInstruction,
               {.observer = &collector, .offline = true})
      .Run();
  return collector.Take();
}

}  // namespace cooper
