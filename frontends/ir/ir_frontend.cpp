#include "frontends/ir/ir_frontend.h"

#include <algorithm>

#include "ir/graph/text/graph_parser.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// Reports every name that is no target of `graph`.
bool CheckTargets(const std::vector<std::string>& wanted, const BuildGraph& graph,
                  DiagnosticEngine& diagnostics) {
  std::vector<std::string_view> names;
  for (const Target& target : graph.targets()) names.push_back(target.name);
  bool good = true;
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string message = "no target `" + name + "` in this graph";
    if (const auto nearest = NearestName(name, names)) {
      message += "; did you mean `" + std::string(*nearest) + "`?";
    }
    diagnostics.Report(Error(DiagnosticKind::kUnknownStage, std::move(message)));
    good = false;
  }
  return good;
}

}  // namespace

std::optional<BuildGraph> IrFrontend::Compile(SourceFiles& files, uint32_t file,
                                              const FrontendOptions& options, ImageResolver&,
                                              DiagnosticEngine& diagnostics) const {
  std::optional<BuildGraph> graph = ParseGraph(files, file, diagnostics);
  if (!graph || options.targets.empty()) return graph;
  if (!CheckTargets(options.targets, *graph, diagnostics)) return std::nullopt;
  std::erase_if(graph->targets(), [&](const Target& target) {
    return std::find(options.targets.begin(), options.targets.end(), target.name) ==
           options.targets.end();
  });
  return graph;
}

}  // namespace cooper
