// Analyses of a plan's graph, each computed when a pass first asks for it.
//
// One manager lives for one run of the pipeline; it borrows the graph. The
// PassManager invalidates it after each pass that changed the plan; a pass that
// edits the graph and then asks again invalidates it itself. Not thread-safe.

#ifndef COOPER_PLANNER_PASS_ANALYSIS_MANAGER_H_
#define COOPER_PLANNER_PASS_ANALYSIS_MANAGER_H_

#include <optional>
#include <tuple>

#include "ir/graph/build_graph.h"
#include "planner/analyses/reachability.h"
#include "planner/analyses/users.h"

namespace cooper {

class AnalysisManager {
 public:
  // `graph` must outlive the manager and stay where it is.
  explicit AnalysisManager(const BuildGraph& graph) : graph_(graph) {}

  AnalysisManager(const AnalysisManager&) = delete;
  AnalysisManager& operator=(const AnalysisManager&) = delete;

  // `analyses.Get<Users>()`. The reference is valid until Invalidate.
  template <typename Analysis>
  const Analysis& Get() {
    auto& slot = std::get<std::optional<Analysis>>(cache_);
    if (!slot) slot.emplace(Analysis::Compute(graph_));
    return *slot;
  }

  void Invalidate() { cache_ = {}; }

 private:
  const BuildGraph& graph_;
  std::tuple<std::optional<Users>, std::optional<Reachability>> cache_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASS_ANALYSIS_MANAGER_H_
