#include "ir/graph/graph_verifier.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_set>
#include <utility>

#include "ir/graph/op_info.h"
#include "ir/graph/value_rules.h"

namespace cooper {
namespace {

Fault CheckInputCount(const Vertex& vertex) {
  const ExecOp* exec = std::get_if<ExecOp>(&vertex.op);
  uint32_t mounted = 0;
  if (exec != nullptr) {
    for (const Mount& mount : exec->mounts) mounted += mount.input ? 1 : 0;
  }
  const uint32_t wanted = InfoOf(vertex.op).inputs;
  const size_t given = vertex.inputs.size();
  if (wanted == kAnyInputs) {
    if (given > 0) return std::nullopt;
    return fmt::format("`{}` needs at least 1 input", OpName(vertex.op));
  }
  if (given == size_t{wanted} + mounted) return std::nullopt;
  return fmt::format("`{}` takes {} input{}{}, but {} {} given", OpName(vertex.op), wanted,
                     wanted == 1 ? "" : "s", mounted > 0 ? " and those of its mounts" : "",
                     given < mounted ? 0 : given - mounted, given - mounted == 1 ? "is" : "are");
}

Fault CheckMounts(const Vertex& vertex) {
  const ExecOp* exec = std::get_if<ExecOp>(&vertex.op);
  if (exec == nullptr) return std::nullopt;
  std::unordered_set<uint32_t> mounted;
  for (size_t i = 0; i < exec->mounts.size(); ++i) {
    const Mount& mount = exec->mounts[i];
    Fault fault = CheckMount(mount);
    if (!fault && mount.input) {
      if (*mount.input == 0 || *mount.input >= vertex.inputs.size()) {
        fault = fmt::format("its input {} is not one of a mount", *mount.input);
      } else if (!mounted.insert(*mount.input).second) {
        fault = fmt::format("its input {} is another mount's as well", *mount.input);
      }
    }
    if (fault) return fmt::format("mount {}: {}", i + 1, *fault);
  }
  return std::nullopt;
}

Fault CheckVertex(const BuildGraph& graph, VertexId id,
                  std::unordered_set<std::string_view>& names) {
  const Vertex& vertex = graph.vertex(id);
  if (!IsVertexName(vertex.name)) {
    return "the name is not words of `a-z`, `0-9`, `_` and `-` joined by dots";
  }
  if (!names.insert(vertex.name).second) return "another vertex has this name";
  for (const Edge& input : vertex.inputs) {
    if (input.vertex >= id) return "an input does not come before it";
    if (input.output != 0) return "an input has another output than 0";
  }
  if (Fault fault = CheckInputCount(vertex)) return fault;
  if (Fault fault = CheckOp(vertex.op)) return fault;
  return CheckMounts(vertex);
}

// Each history layer lies on the chain of first inputs from the root down. The
// history is bottom first, so the chain is walked with it from the end.
Fault CheckHistory(const BuildGraph& graph, const Target& target) {
  VertexId current = target.root.vertex;
  for (size_t i = target.history.size(); i-- > 0;) {
    const std::optional<VertexId>& layer = target.history[i].layer;
    if (!layer) continue;
    if (*layer >= graph.size()) return "a history layer is no vertex";
    // Inputs come before their users, so the chain only goes down in ids.
    while (current > *layer && !graph.vertex(current).inputs.empty()) {
      const VertexId below = graph.vertex(current).inputs[0].vertex;
      if (below >= current) return "the chain of first inputs from the root does not end";
      current = below;
    }
    if (current != *layer) {
      return fmt::format(
          "history layer `%{}` is not, in order, on the chain of first inputs from "
          "the root",
          graph.vertex(*layer).name);
    }
  }
  return std::nullopt;
}

Fault CheckEpoch(const BuildGraph& graph, const Target& target) {
  if (!target.epoch_of) return std::nullopt;
  if (target.source_date_epoch) return "`epoch_of` and `source_date_epoch` exclude each other";
  if (*target.epoch_of >= graph.size()) return "`epoch_of` is no vertex";
  const Op& op = graph.vertex(*target.epoch_of).op;
  if (!std::holds_alternative<SourceGitOp>(op) && !std::holds_alternative<SourceHttpOp>(op)) {
    return "`epoch_of` is neither a `source.git` nor a `source.http`";
  }
  return std::nullopt;
}

Fault CheckTarget(const BuildGraph& graph, const Target& target,
                  std::unordered_set<std::string_view>& names) {
  if (target.name.empty()) return "the name is empty";
  if (!names.insert(target.name).second) return "another target has this name";
  if (target.root.vertex >= graph.size()) return "the root is no vertex";
  if (target.root.output != 0) return "the root has another output than 0";
  if (target.platform != Platform{}) {
    if (Fault fault = CheckPlatform(target.platform)) return fault;
  }
  if (Fault fault = CheckEpoch(graph, target)) return fault;
  return CheckHistory(graph, target);
}

// Calls `report(violation)` for each until it returns false.
template <typename Report>
void WalkViolations(const BuildGraph& graph, Report&& report) {
  std::unordered_set<std::string_view> vertex_names;
  for (VertexId id = 0; id < graph.size(); ++id) {
    if (Fault fault = CheckVertex(graph, id, vertex_names)) {
      const std::string message = fmt::format("vertex `%{}`: {}", graph.vertex(id).name, *fault);
      if (!report(GraphViolation{id, std::nullopt, message})) return;
    }
  }
  std::unordered_set<std::string_view> target_names;
  for (size_t i = 0; i < graph.targets().size(); ++i) {
    const Target& target = graph.targets()[i];
    if (Fault fault = CheckTarget(graph, target, target_names)) {
      const std::string message = fmt::format("target `{}`: {}", target.name, *fault);
      if (!report(GraphViolation{std::nullopt, i, message})) return;
    }
  }
}

}  // namespace

std::vector<GraphViolation> FindViolations(const BuildGraph& graph) {
  std::vector<GraphViolation> violations;
  WalkViolations(graph, [&](GraphViolation violation) {
    violations.push_back(std::move(violation));
    return true;
  });
  return violations;
}

Status VerifyGraph(const BuildGraph& graph) {
  Status status;
  WalkViolations(graph, [&](GraphViolation violation) {
    Error error(DiagnosticKind::kGraphInvalid, std::move(violation.message));
    const std::optional<VertexId> id = violation.vertex;
    if (id && !graph.vertex(*id).metadata.ranges.empty()) {
      error.At(graph.vertex(*id).metadata.ranges[0]);
    }
    status = std::move(error);
    return false;
  });
  return status;
}

}  // namespace cooper
