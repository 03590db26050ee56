#include "planner/passes/pin_sources.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "planner/cache/cache_keys.h"

namespace cooper {

Result<PassEffect> PinSources::Run(BuildPlan& plan, PassContext& context) const {
  if (services_.sources == nullptr) return PassEffect::kUnchanged;
  BuildGraph& graph = plan.graph;
  std::vector<VertexId> ids;
  std::vector<const Vertex*> sources;
  for (VertexId id = 0; id < graph.size(); ++id) {
    const Vertex& vertex = graph.vertex(id);
    if (!std::holds_alternative<SourceHttpOp>(vertex.op) || PinOf(vertex.op)) continue;
    ids.push_back(id);
    sources.push_back(&vertex);
  }
  if (ids.empty()) return PassEffect::kUnchanged;

  PassEffect effect = PassEffect::kUnchanged;
  std::optional<Error> failure;
  std::vector<Result<std::optional<SourcePin>>> pins = services_.sources->Pin(sources);
  for (size_t i = 0; i < ids.size(); ++i) {
    Vertex& vertex = graph.vertex(ids[i]);
    if (!pins[i].ok()) {
      Error error = std::move(pins[i]).error();
      if (!vertex.metadata.ranges.empty()) error.At(vertex.metadata.ranges.front());
      if (BlameOf(error.kind()) == Blame::kInput) {
        context.diagnostics.Report(error);
      } else if (!failure) {
        failure = std::move(error);
      }
      continue;
    }
    const std::optional<SourcePin>& pin = *pins[i];
    context.explain.Add(
        Name(), fmt::format("%{} is {}", vertex.name,
                            pin ? pin->digest.ToString() : "not known until it is fetched"));
    if (!pin) continue;
    auto& file = std::get<SourceHttpOp>(vertex.op);
    file.pin = pin->digest;
    file.mtime = pin->mtime;
    effect = PassEffect::kChanged;
  }
  if (failure) return *std::move(failure);
  return effect;
}

}  // namespace cooper
