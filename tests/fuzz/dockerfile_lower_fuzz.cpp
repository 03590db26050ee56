// A whole Dockerfile to its graph, in a world of made-up images: there are faults,
// or a valid graph whose text parses back. The linter and what `outline` and
// `targets` show see the same text.

#include <optional>
#include <string>

#include "frontends/dockerfile/dockerfile_frontend.h"
#include "ir/graph/text/graph_printer.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/source_checks.h"
#include "tests/support/fake_image_resolver.h"

namespace cooper {
namespace {

FrontendOptions MakeOptions() {
  FrontendOptions options;
  options.build_platform = options.target_platform = {"linux", "amd64", ""};
  options.build_args = {{"GIVEN", "a b"}, {"EMPTY", ""}, {"HTTP_PROXY", "http://proxy"}};
  options.named_contexts["extra"] = {NamedContext::Kind::kDirectory, "/extra", "", {"*.o"}};
  options.named_contexts["layout"] = {NamedContext::Kind::kLayout, "/layout", "1.0", {}};
  return options;
}

// The graph's text, or the messages when there is none.
std::string Compile(const std::string& text) {
  SourceFiles files;
  const uint32_t file = files.Add("Dockerfile", text);
  FakeImageResolver resolver;
  DiagnosticEngine diagnostics;
  const std::optional<BuildGraph> graph =
      DockerfileFrontend().Compile(files, file, MakeOptions(), resolver, diagnostics);
  const std::string shown = RequireGoodMessages(diagnostics, files);
  Require(graph.has_value() != diagnostics.has_errors(), "there is a graph or a fault", shown);
  if (!graph) return shown;
  for (const Vertex& vertex : graph->vertices()) {
    for (const SourceRange& range : vertex.metadata.ranges) RequireInside(range, files);
  }
  RequireRoundTrip(*graph);
  return PrintGraph(*graph, {.metadata = true});
}

// As `check` does it: every stage, no image asked for.
void Lint(const std::string& text) {
  SourceFiles files;
  const uint32_t file = files.Add("Dockerfile", text);
  FakeImageResolver resolver;
  DiagnosticEngine diagnostics;
  LintReport report;
  DockerfileFrontend({.report = &report, .all_stages = true, .offline = true})
      .Compile(files, file, MakeOptions(), resolver, diagnostics);
  RequireGoodMessages(diagnostics, files);
  Require(report.findings.size() <= kMaxLintFindings, "findings have a limit");
  for (const LintFinding& finding : report.findings) {
    Require(!finding.message.empty(), "a finding has a message");
    RequireInside(finding.range, files);
    RequireInside(finding.lines, files);
  }
}

void Inspect(const std::string& text) {
  SourceFiles files;
  const uint32_t file = files.Add("Dockerfile", text);
  FakeImageResolver resolver;
  DiagnosticEngine diagnostics;
  DockerfileFrontend().OutlineOf(files, file, MakeOptions(), resolver, diagnostics);
  RequireGoodMessages(diagnostics, files);
  DiagnosticEngine more;
  DockerfileFrontend().Targets(files, file, more);
  RequireGoodMessages(more, files);
}

}  // namespace
}  // namespace cooper

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper;
  const std::string text(InputText(data, size));
  const std::string compiled = Compile(text);
  Require(Compile(text) == compiled, "compiling twice gives the same", compiled);
  Lint(text);
  Inspect(text);
  return 0;
}
