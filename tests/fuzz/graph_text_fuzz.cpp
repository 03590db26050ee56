// Graph text, which other programs hand to cooper: what parses is a valid graph,
// and what it prints parses back to the same bytes.

#include <optional>
#include <string>

#include "ir/graph/text/graph_parser.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/source_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper;
  SourceFiles files;
  const uint32_t file = files.Add("graph.ir", std::string(InputText(data, size)));
  DiagnosticEngine diagnostics;
  const std::optional<BuildGraph> graph = ParseGraph(files, file, diagnostics);
  RequireGoodMessages(diagnostics, files);
  Require(graph.has_value() != diagnostics.has_errors(), "there is a graph or a fault");
  if (graph) RequireRoundTrip(*graph);
  return 0;
}
