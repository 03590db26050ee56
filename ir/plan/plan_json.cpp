#include "ir/plan/plan_json.h"

#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

#include <map>

#include "ir/graph/enum_names.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// JSON strings are UTF-8; bytes that are not are shown as the terminal shows them.
llvm::json::Value Text(const std::string& text) {
  return llvm::json::isUTF8(text) ? llvm::json::Value(text)
                                  : llvm::json::Value(EscapeForTerminal(text));
}

void WriteTarget(llvm::json::OStream& json, const BuildPlan& plan, size_t number) {
  const Target& target = plan.graph.targets()[number];
  json.object([&] {
    json.attribute("name", Text(target.name));
    if (target.platform != Platform{}) {
      json.attribute("platform", Text(target.platform.ToString()));
    }
    if (number >= plan.targets.size()) return;
    const TargetLayers& spec = plan.targets[number];
    if (spec.base) json.attribute("base", Text(plan.graph.vertex(*spec.base).name));
    json.attributeArray("layers", [&] {
      for (const LayerSpec& layer : spec.layers) {
        json.value(Text(plan.graph.vertex(layer.vertex).name));
      }
    });
  });
}

// What a command gets beyond its tree; nothing of a command that gets nothing.
void WriteExec(llvm::json::OStream& json, const ExecOp& exec) {
  if (exec.network != NetworkMode::kDefault) {
    json.attribute("network", llvm::StringRef(NameOf(exec.network)));
  }
  if (exec.security != SecurityMode::kSandbox) {
    json.attribute("security", llvm::StringRef(NameOf(exec.security)));
  }
  if (exec.mounts.empty()) return;
  json.attributeArray("mounts", [&] {
    for (const Mount& mount : exec.mounts) {
      json.object([&] {
        json.attribute("type", llvm::StringRef(NameOf(mount.type)));
        if (!mount.id.empty()) json.attribute("id", Text(mount.id));
        if (!mount.target.empty()) json.attribute("target", Text(mount.target));
        if (mount.type == MountType::kCache) {
          json.attribute("sharing", llvm::StringRef(NameOf(mount.sharing)));
        }
        if (mount.required) json.attribute("required", true);
      });
    }
  });
}

void WriteStep(llvm::json::OStream& json, const BuildPlan& plan, const Step& step) {
  const Vertex& vertex = plan.graph.vertex(step.vertex);
  json.object([&] {
    json.attribute("id", step.id);
    json.attribute("kind", llvm::StringRef(NameOf(step.kind)));
    json.attribute("vertex", Text(vertex.name));
    json.attribute("name", Text(vertex.metadata.display_name));
    json.attribute("op", llvm::StringRef(OpName(vertex.op)));
    if (!vertex.metadata.ranges.empty()) {
      const SourceRange& range = vertex.metadata.ranges.front();
      if (range.file < plan.graph.source_names().size()) {
        json.attribute("file", Text(plan.graph.source_names()[range.file]));
        json.attribute("line", range.begin.line);
      }
    }
    if (const auto* exec = std::get_if<ExecOp>(&vertex.op)) WriteExec(json, *exec);
    json.attributeArray("after", [&] {
      for (const uint32_t earlier : step.after) json.value(earlier);
    });
    json.attribute("state", llvm::StringRef(NameOf(step.state)));
    json.attribute("reason", Text(step.reason));
    if (step.key) json.attribute("key", step.key->ToString());
  });
}

}  // namespace

std::string PlanToJson(const BuildPlan& plan) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream, /*IndentSize=*/2);
  std::map<StepState, int64_t> counts;
  for (const Step& step : plan.steps) ++counts[step.state];
  json.object([&] {
    json.attribute("version", kPlanJsonVersion);
    json.attributeArray("targets", [&] {
      for (size_t i = 0; i < plan.graph.targets().size(); ++i) WriteTarget(json, plan, i);
    });
    json.attributeArray("steps", [&] {
      for (const Step& step : plan.steps) WriteStep(json, plan, step);
    });
    json.attributeObject("totals", [&] {
      for (const StepState state : {StepState::kRun, StepState::kCached, StepState::kSkipped}) {
        json.attribute(llvm::StringRef(NameOf(state)), counts[state]);
      }
    });
  });
  json.flush();
  stream.flush();
  return text + "\n";
}

}  // namespace cooper
