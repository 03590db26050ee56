#include "planner/passes/schedule.h"

#include <fmt/format.h>

#include <utility>

#include "planner/analyses/users.h"
#include "planner/passes/pass_order.h"
#include "planner/schedule/step_graph.h"
#include "planner/schedule/step_order.h"

namespace cooper {
namespace {

void ReportUnsupported(const Vertex& vertex, std::string message, DiagnosticEngine& diagnostics) {
  Error error(DiagnosticKind::kUnsupported, std::move(message));
  if (!vertex.metadata.ranges.empty()) error.At(vertex.metadata.ranges.front());
  diagnostics.Report(error);
}

// A field that no step can do yet; empty when there is none.
std::string_view UnsupportedField(const Op& op) {
  if (const auto* exec = std::get_if<ExecOp>(&op)) {
    if (!exec->devices.empty()) return "devices";
  }
  const auto* unpack = std::get_if<FileUnpackOp>(&op);
  return unpack != nullptr && unpack->link ? "link" : "";
}

// A source that can be read, but not built upon.
bool HasNoLayers(const Op& op) {
  return std::holds_alternative<SourceContextOp>(op) || std::holds_alternative<SourceHttpOp>(op);
}

// Reports what is read by some step and that no step can provide: ops without a
// step of their own, and chains of first inputs that end in files without layers.
void CheckSupported(const BuildGraph& graph, const std::vector<bool>& on_disk,
                    DiagnosticEngine& diagnostics) {
  for (VertexId id = 0; id < graph.size(); ++id) {
    if (!on_disk[id]) continue;
    const Vertex& vertex = graph.vertex(id);
    if (std::holds_alternative<MergeOp>(vertex.op) || std::holds_alternative<DiffOp>(vertex.op) ||
        std::holds_alternative<SourceGitOp>(vertex.op)) {
      ReportUnsupported(vertex, fmt::format("`{}` cannot be built yet", OpName(vertex.op)),
                        diagnostics);
    } else if (const std::string_view field = UnsupportedField(vertex.op); !field.empty()) {
      ReportUnsupported(vertex,
                        fmt::format("`{}` of `{}` cannot be built yet", field, OpName(vertex.op)),
                        diagnostics);
    } else if (!IsSource(vertex.op)) {
      const Vertex& below = graph.vertex(vertex.inputs.front().vertex);
      if (!HasNoLayers(below.op)) continue;
      ReportUnsupported(
          vertex,
          fmt::format("`{}` changes {} `%{}`; copy from it onto `source.scratch` "
                      "first",
                      OpName(vertex.op),
                      std::holds_alternative<SourceContextOp>(below.op) ? "the build context"
                                                                        : "the downloaded file",
                      below.name),
          diagnostics);
    }
  }
}

// Reports targets whose time is that of a source which cannot tell it.
void CheckEpochs(const BuildGraph& graph, DiagnosticEngine& diagnostics) {
  for (const Target& target : graph.targets()) {
    if (!target.epoch_of) continue;
    const Vertex& vertex = graph.vertex(*target.epoch_of);
    const auto* const file = std::get_if<SourceHttpOp>(&vertex.op);
    if (file == nullptr) {
      ReportUnsupported(vertex,
                        fmt::format("the time of a `{}` cannot be told yet", OpName(vertex.op)),
                        diagnostics);
    } else if (file->checksum) {
      ReportUnsupported(vertex,
                        "the time of a file with a checksum is not told, as its server is not "
                        "asked; leave the checksum out, or give the time as a number",
                        diagnostics);
    }
  }
}

}  // namespace

Result<PassEffect> Schedule::Run(BuildPlan& plan, PassContext& context) const {
  COOPER_RETURN_IF_ERROR(CheckHasLayers(plan, Name()));

  const auto& users = context.analyses.Get<Users>();
  CheckSupported(plan.graph, VerticesOnDisk(plan, users), context.diagnostics);
  CheckEpochs(plan.graph, context.diagnostics);
  if (context.diagnostics.has_errors()) return PassEffect::kUnchanged;

  const bool had_steps = !plan.steps.empty();
  plan.steps = OrderSteps(CollectSteps(plan, users));
  return had_steps || !plan.steps.empty() ? PassEffect::kChanged : PassEffect::kUnchanged;
}

}  // namespace cooper
