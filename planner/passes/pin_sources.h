// Asks servers what their files are now, where the input does not say it.
//
//   %file = source.http "https://example.com/a.tar" filename="a.tar"
// =>
//   %file = source.http "https://example.com/a.tar" filename="a.tar" pin=sha256:9c1f...
//   mtime=1577836800
//
// A file with a checksum is pinned already, and its server is not asked. What depends
// on a file that stays without pin has no cache key. A target's `epoch_of` becomes the
// time of its file.

#ifndef COOPER_PLANNER_PASSES_PIN_SOURCES_H_
#define COOPER_PLANNER_PASSES_PIN_SOURCES_H_

#include "planner/cache/planner_services.h"
#include "planner/pass/pass.h"

namespace cooper {

class PinSources : public Pass {
 public:
  explicit PinSources(const PlannerServices& services) : services_(services) {}

  std::string_view Name() const override { return "pin-sources"; }
  std::string_view Summary() const override { return "asks what the files behind URLs are now"; }
  // Faults of the input that the pinner finds, such as kMissingSource, are reported,
  // all of them; another error of it is returned.
  Result<PassEffect> Run(BuildPlan& plan, PassContext& context) const override;

 private:
  PlannerServices services_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_PASSES_PIN_SOURCES_H_
