#include "backends/execute/layers/layer_ids.h"

#include <set>

#include "backends/store/directory/file_calls.h"

namespace cooper {

Result<std::optional<Digest>> LayerIds::Find(const Digest& key) {
  const std::lock_guard lock(mutex_);
  const auto known = found_.find(key);
  if (known != found_.end()) return known->second;
  COOPER_ASSIGN_OR_RETURN(const std::optional<Digest> id, store_.FindResult(key));
  found_.emplace(key, id);
  return id;
}

Result<std::map<VertexId, Digest>> ChooseLayerIds(const BuildPlan& plan, LayerIds& ids,
                                                  bool no_cache) {
  std::set<VertexId> made;  // whose files this build makes
  for (const Step& step : plan.steps) {
    const bool makes_files = step.kind == StepKind::kRun || step.kind == StepKind::kFile;
    if (no_cache || (makes_files && step.state == StepState::kRun)) made.insert(step.vertex);
  }
  std::map<VertexId, Digest> chosen;
  for (const Step& step : plan.steps) {
    if (!step.key || chosen.contains(step.vertex)) continue;
    std::optional<Digest> id;
    if (!made.contains(step.vertex)) {
      COOPER_ASSIGN_OR_RETURN(id, ids.Find(*step.key));
    }
    chosen.emplace(step.vertex, id ? *id : Digest::Of(step.key->ToString() + RandomName()));
  }
  return chosen;
}

}  // namespace cooper
