#include "planner/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ir/text/text.h"
#include "planner/passes/assign_layers.h"
#include "planner/passes/dedupe_vertices.h"
#include "planner/passes/detach_copy.h"
#include "planner/passes/pin_sources.h"
#include "planner/passes/probe_cache.h"
#include "planner/passes/prune_unreachable.h"
#include "planner/passes/schedule.h"

namespace cooper {
namespace {

using PassFactory = std::unique_ptr<Pass> (*)(const PlannerServices&);

template <typename P>
std::unique_ptr<Pass> Make(const PlannerServices& services) {
  if constexpr (std::is_default_constructible_v<P>) {
    return std::make_unique<P>();
  } else {
    return std::make_unique<P>(services);
  }
}

constexpr PassFactory kDefaultPipeline[] = {
    Make<PruneUnreachable>,  // vertices that no target reads cost nothing later
    Make<DedupeVertices>,    // the last pass that renumbers vertices
    Make<PinSources>,        // no server is asked twice, nor for what nobody reads
    Make<AssignLayers>,      //
    Make<DetachCopy>,        // which asks what is a layer
    Make<Schedule>,          //
    Make<ProbeCache>,        //
};

// Index in kDefaultPipeline.
Result<size_t> FindPass(std::string_view name) {
  const std::vector<PassInfo> passes = ListPasses();
  const auto found = std::ranges::find(passes, name, &PassInfo::name);
  if (found != passes.end()) return static_cast<size_t>(found - passes.begin());

  std::vector<std::string_view> names;
  for (const PassInfo& pass : passes) names.push_back(pass.name);
  const std::optional<std::string_view> nearest = NearestName(name, names);
  return Error(DiagnosticKind::kUnknownPass,
               fmt::format("unknown pass `{}`; {}", name,
                           nearest ? fmt::format("did you mean `{}`?", *nearest)
                                   : std::string("`--list-passes` shows all")));
}

}  // namespace

std::vector<std::unique_ptr<Pass>> DefaultPipeline(const PlannerServices& services) {
  std::vector<std::unique_ptr<Pass>> passes;
  for (const PassFactory factory : kDefaultPipeline) passes.push_back(factory(services));
  return passes;
}

Result<std::vector<std::unique_ptr<Pass>>> SelectPasses(const PlannerOptions& options,
                                                        const PlannerServices& services) {
  for (const std::string& name : options.skip) COOPER_RETURN_IF_ERROR(FindPass(name));

  std::vector<std::unique_ptr<Pass>> passes;
  if (options.passes.empty()) {
    passes = DefaultPipeline(services);
  } else {
    for (const std::string& name : options.passes) {
      COOPER_ASSIGN_OR_RETURN(const size_t index, FindPass(name));
      passes.push_back(kDefaultPipeline[index](services));
    }
  }
  std::erase_if(passes, [&](const std::unique_ptr<Pass>& pass) {
    return std::ranges::find(options.skip, pass->Name()) != options.skip.end();
  });
  return passes;
}

}  // namespace cooper
