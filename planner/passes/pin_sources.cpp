#include "planner/passes/pin_sources.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "planner/cache/cache_keys.h"

namespace cooper {

namespace {

// Gives the targets whose time is that of a file the file's, where it is known.
PassEffect TakeTimes(BuildGraph& graph) {
  PassEffect effect = PassEffect::kUnchanged;
  for (Target& target : graph.targets()) {
    if (!target.epoch_of) continue;
    const auto* const file = std::get_if<SourceHttpOp>(&graph.vertex(*target.epoch_of).op);
    if (file == nullptr || !file->pin) continue;
    target.source_date_epoch = static_cast<int64_t>(file->mtime);
    target.epoch_of.reset();
    effect = PassEffect::kChanged;
  }
  return effect;
}

}  // namespace

Result<PassEffect> PinSources::Run(BuildPlan& plan, PassContext& context) const {
  BuildGraph& graph = plan.graph;
  if (services_.sources == nullptr) return TakeTimes(graph);
  std::vector<VertexId> ids;
  std::vector<const Vertex*> sources;
  for (VertexId id = 0; id < graph.size(); ++id) {
    const Vertex& vertex = graph.vertex(id);
    if (!std::holds_alternative<SourceHttpOp>(vertex.op) || PinOf(vertex.op)) continue;
    ids.push_back(id);
    sources.push_back(&vertex);
  }
  if (ids.empty()) return TakeTimes(graph);

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
  return TakeTimes(graph) == PassEffect::kChanged ? PassEffect::kChanged : effect;
}

}  // namespace cooper
