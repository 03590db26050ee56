#include "planner/passes/probe_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "planner/cache/cache_keys.h"
#include "planner/explain/key_changes.h"

namespace cooper {
namespace {

constexpr std::string_view kInStore = "in the store";
constexpr std::string_view kNotNeeded = "nothing that runs needs it";

bool IsBlob(StepKind kind) { return kind == StepKind::kLayer || kind == StepKind::kPrepare; }

// Decides the states from the last step to the first. Whatever needs a step comes
// after it, so each step is met when all that may need it is decided.
class Prober {
 public:
  Prober(BuildPlan& plan, CacheOracle& cache)
      : plan_(plan), cache_(cache), wanted_(plan.graph.size(), false) {
    for (const TargetLayers& target : plan.targets) {
      if (target.base) wanted_[*target.base] = true;
    }
  }

  Status Probe() {
    for (Step& step : std::views::reverse(plan_.steps)) {
      COOPER_ASSIGN_OR_RETURN(const bool cached, IsCached(step));
      if (cached) {
        step.state = StepState::kCached;
        step.reason = kInStore;
      } else if (!IsBlob(step.kind) && !wanted_[step.vertex]) {
        step.state = StepState::kSkipped;
        step.reason = kNotNeeded;
      } else {
        step.state = StepState::kRun;
        step.reason.clear();
        WantInputsOf(step);
      }
    }
    SkipNeedlessPreparations();
    return Ok();
  }

 private:
  // Where no command runs below a copy there is nothing to be done beside.
  void SkipNeedlessPreparations() {
    std::vector<bool> runs(plan_.graph.size(), false);
    for (const Step& step : plan_.steps) {
      if (step.kind == StepKind::kRun && step.state == StepState::kRun) runs[step.vertex] = true;
    }
    for (Step& step : plan_.steps) {
      if (step.kind != StepKind::kPrepare || step.state != StepState::kRun) continue;
      VertexId id = step.vertex;
      while (!runs[id] && !plan_.graph.vertex(id).inputs.empty()) {
        id = plan_.graph.vertex(id).inputs.front().vertex;
      }
      if (runs[id]) continue;
      step.state = StepState::kSkipped;
      step.reason = "no command runs below it";
    }
  }

  Result<bool> IsCached(const Step& step) {
    if (step.kind == StepKind::kFetch) {
      const Vertex& source = plan_.graph.vertex(step.vertex);
      if (!PinOf(source.op)) return false;
      Result<bool> present = cache_.HasSource(source.op);
      if (!present.ok() && !source.metadata.ranges.empty()) {
        present.error().At(source.metadata.ranges.front());
      }
      return present;
    }
    if (!step.key) return false;
    // A vertex may have two steps; its key is looked up once.
    auto found = results_.find(*step.key);
    if (found == results_.end()) {
      COOPER_ASSIGN_OR_RETURN(const CachedResult result, cache_.Lookup(*step.key));
      found = results_.emplace(*step.key, result).first;
    }
    return IsBlob(step.kind) ? found->second.blob : found->second.tree;
  }

  void WantInputsOf(const Step& step) {
    if (step.kind == StepKind::kFetch) return;
    // A layer of a vertex whose files are on disk is written from those.
    const bool has_files = std::ranges::any_of(step.after, [&](uint32_t id) {
      const Step& earlier = plan_.steps[id - 1];
      return earlier.vertex == step.vertex && !IsBlob(earlier.kind);
    });
    if (step.kind == StepKind::kLayer && has_files) {
      WantFiles(step.vertex);
      return;
    }
    const std::vector<Edge>& inputs = plan_.graph.vertex(step.vertex).inputs;
    // A streamed layer needs no files of what is below it: the layers below and
    // the target's base, which are there in any case, have the metadata.
    for (size_t input = IsBlob(step.kind) ? 1 : 0; input < inputs.size(); ++input) {
      WantFiles(inputs[input].vertex);
    }
  }

  // The files of a vertex are its change on top of everything below. Where the
  // walk meets a vertex that is wanted, so is all that is below it, except for a
  // target's base, which has nothing below.
  void WantFiles(VertexId id) {
    while (!wanted_[id]) {
      wanted_[id] = true;
      const Vertex& vertex = plan_.graph.vertex(id);
      if (vertex.inputs.empty()) return;
      id = vertex.inputs.front().vertex;
    }
  }

  BuildPlan& plan_;
  CacheOracle& cache_;
  std::vector<bool> wanted_;  // whether the files of a vertex, or an image, are needed
  std::unordered_map<Digest, CachedResult> results_;
};

// The step that fetches the first file below `vertex` whose content is not known, if
// there is one.
const Step* FetchOfUnknown(const BuildPlan& plan, VertexId vertex) {
  std::vector<bool> below(plan.graph.size(), false);
  below[vertex] = true;
  // Inputs come before what reads them.
  for (VertexId id = vertex + 1; id-- > 0;) {
    if (!below[id]) continue;
    for (const Edge& input : plan.graph.vertex(id).inputs) below[input.vertex] = true;
  }
  for (const Step& step : plan.steps) {
    const Op& op = plan.graph.vertex(step.vertex).op;
    if (below[step.vertex] && std::holds_alternative<SourceHttpOp>(op) && !PinOf(op)) return &step;
  }
  return nullptr;
}

// The step that runs and on which `step` builds, if there is one. Fetching a pinned source
// changes no key, so it is no reason for what comes after it.
const Step* RunningBelow(const BuildPlan& plan, const Step& step) {
  for (const uint32_t id : step.after) {
    const Step& earlier = plan.steps[id - 1];
    if (earlier.kind != StepKind::kFetch && earlier.state == StepState::kRun) return &earlier;
  }
  return nullptr;
}

// Why a step that is not cached runs.
std::string ReasonToRun(const BuildPlan& plan, const Step& step, KeyHistory* history) {
  if (step.kind == StepKind::kFetch) {
    const Op& source = plan.graph.vertex(step.vertex).op;
    if (PinOf(source)) return "not in the store";
    return std::holds_alternative<SourceHttpOp>(source)
               ? "what is there now is not known until it is fetched"
               : "the image is not pinned to a digest";
  }
  if (!step.key) {
    if (const Step* const fetch = FetchOfUnknown(plan, step.vertex)) {
      return fmt::format("not known until step {} has fetched its file", fetch->id);
    }
  }
  std::optional<KeyChanges> changes;
  if (history != nullptr) changes = FindKeyChanges(plan, step.vertex, *history);
  if (const Step* const below = RunningBelow(plan, step)) {
    std::string reason = fmt::format("follows step {}, which runs", below->id);
    // The second step of a vertex has nothing to add to the first.
    if (!changes || changes->own.empty() || below->vertex == step.vertex) return reason;
    return fmt::format("{}; {}", InOneLine(changes->own), reason);
  }
  if (!step.key) return "it has no cache key";
  if (!changes) return IsBlob(step.kind) ? "no record of this layer" : "no record of this step";
  if (changes->own.empty() && changes->below.empty()) {
    return IsBlob(step.kind) ? "its layer is not in the store any more"
                             : "its result is not in the store any more";
  }
  std::ranges::move(changes->below, std::back_inserter(changes->own));
  return InOneLine(changes->own);
}

// What the keys of the steps that run cover, to explain them now and the next ones later.
Status ListFilesOfRunningSteps(BuildPlan& plan, ContentOracle& content) {
  for (const Step& step : plan.steps) {
    if (step.state != StepState::kRun || !plan.keys[step.vertex]) continue;
    CacheKey& key = *plan.keys[step.vertex];
    if (!key.files.empty()) continue;
    COOPER_ASSIGN_OR_RETURN(key.files, ListKeyFiles(plan.graph, step.vertex, content));
  }
  return Ok();
}

}  // namespace

Result<PassEffect> ProbeCache::Run(BuildPlan& plan, PassContext& context) const {
  const bool asks =
      services_.content != nullptr || services_.cache != nullptr || services_.no_cache;
  if (plan.steps.empty() || !asks) return PassEffect::kUnchanged;

  if (services_.content != nullptr) {
    COOPER_ASSIGN_OR_RETURN(plan.keys,
                            ComputeCacheKeys(plan.graph, *services_.content, context.diagnostics));
    for (Step& step : plan.steps) {
      if (plan.keys[step.vertex]) step.key = plan.keys[step.vertex]->digest;
    }
  }
  if (services_.no_cache) {
    for (Step& step : plan.steps) {
      step.state = StepState::kRun;
      step.reason = "--no-cache";
    }
  } else if (services_.cache != nullptr) {
    COOPER_RETURN_IF_ERROR(Prober(plan, *services_.cache).Probe());
  }
  if (services_.content != nullptr && services_.history != nullptr) {
    COOPER_RETURN_IF_ERROR(ListFilesOfRunningSteps(plan, *services_.content));
  }
  if (services_.cache != nullptr && !services_.no_cache) {
    for (Step& step : plan.steps) {
      if (step.state != StepState::kRun) continue;
      step.reason = ReasonToRun(plan, step, services_.history);
      context.explain.Add(Name(),
                          fmt::format("step {} ({} %{}) runs: {}", step.id, NameOf(step.kind),
                                      plan.graph.vertex(step.vertex).name, step.reason));
    }
  }
  return PassEffect::kChanged;
}

}  // namespace cooper
