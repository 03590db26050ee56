#include "planner/schedule/step_order.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace cooper {
namespace {

// Estimates without a unit; only their relation counts.
uint64_t CostOf(StepKind kind) {
  switch (kind) {
    case StepKind::kRun:
      return 10;
    case StepKind::kFetch:
      return 5;
    case StepKind::kFile:
    case StepKind::kPrepare:
    case StepKind::kLayer:
      return 1;
  }
  return 1;
}

std::vector<std::vector<uint32_t>> SuccessorsOf(const std::vector<StepNode>& nodes) {
  std::vector<std::vector<uint32_t>> successors(nodes.size());
  for (uint32_t node = 0; node < nodes.size(); ++node) {
    for (const uint32_t predecessor : nodes[node].after) successors[predecessor].push_back(node);
  }
  return successors;
}

// Removing all redundant predecessors of a large graph costs more than they do;
// beyond this many visited steps those not found yet stay.
constexpr size_t kMaxVisitsPerStep = 1000;

// Drops from steps[index].after what is reached from the rest of it.
void DropImplied(std::vector<Step>& steps, size_t index) {
  std::vector<uint32_t>& after = steps[index].after;
  if (after.size() < 2) return;
  const uint32_t lowest = after.front();
  std::unordered_set<uint32_t> implied;
  std::vector<uint32_t> open = after;
  for (size_t visits = 0; !open.empty() && visits < kMaxVisitsPerStep; ++visits) {
    const uint32_t id = open.back();
    open.pop_back();
    for (const uint32_t earlier : steps[id - 1].after) {
      if (earlier >= lowest && implied.insert(earlier).second) open.push_back(earlier);
    }
  }
  std::erase_if(after, [&](uint32_t id) { return implied.contains(id); });
}

}  // namespace

std::vector<Step> OrderSteps(const std::vector<StepNode>& nodes) {
  const std::vector<std::vector<uint32_t>> successors = SuccessorsOf(nodes);
  std::vector<uint64_t> remaining(nodes.size());
  for (size_t node = nodes.size(); node-- > 0;) {
    for (const uint32_t next : successors[node]) {
      remaining[node] = std::max(remaining[node], remaining[next]);
    }
    remaining[node] += CostOf(nodes[node].kind);
  }

  // Nodes are in graph order, so a smaller index breaks a tie.
  const auto later = [&](uint32_t a, uint32_t b) {
    return std::tuple(remaining[b], a) > std::tuple(remaining[a], b);
  };
  std::priority_queue<uint32_t, std::vector<uint32_t>, decltype(later)> ready(later);
  std::vector<size_t> waiting(nodes.size());
  for (uint32_t node = 0; node < nodes.size(); ++node) {
    waiting[node] = nodes[node].after.size();
    if (waiting[node] == 0) ready.push(node);
  }

  std::vector<Step> steps;
  std::vector<uint32_t> ids(nodes.size());
  while (!ready.empty()) {
    const uint32_t node = ready.top();
    ready.pop();
    Step step;
    step.id = ids[node] = static_cast<uint32_t>(steps.size() + 1);
    step.kind = nodes[node].kind;
    step.vertex = nodes[node].vertex;
    for (const uint32_t predecessor : nodes[node].after) step.after.push_back(ids[predecessor]);
    std::ranges::sort(step.after);
    steps.push_back(std::move(step));
    DropImplied(steps, steps.size() - 1);
    for (const uint32_t next : successors[node]) {
      if (--waiting[next] == 0) ready.push(next);
    }
  }
  return steps;
}

}  // namespace cooper
