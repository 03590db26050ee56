// The Dockerfile language (spec: BuildKit's dockerfile.v0): text -> logical
// lines -> syntax tree -> build graph.
//
// Keeps no state but where findings go; without such a place one instance serves many
// compilations, from any thread.

#ifndef COOPER_FRONTENDS_DOCKERFILE_DOCKERFILE_FRONTEND_H_
#define COOPER_FRONTENDS_DOCKERFILE_DOCKERFILE_FRONTEND_H_

#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/inspect/outline.h"
#include "frontends/dockerfile/inspect/target_list.h"
#include "frontends/dockerfile/lint/lint_report.h"
#include "frontends/frontend.h"

namespace cooper {

// What is asked of a file beyond its graph.
struct DockerfileChecks {
  LintReport* report = nullptr;  // receives the findings; borrowed
  bool all_stages = false;       // also of stages that no target needs
  bool offline = false;          // ask for no image, and leave out what needs one
};

class DockerfileFrontend final : public Frontend {
 public:
  explicit DockerfileFrontend(const DockerfileChecks& checks = {}) : checks_(checks) {}

  std::string_view Name() const override { return "dockerfile"; }

  std::optional<BuildGraph> Compile(SourceFiles& files, uint32_t file,
                                    const FrontendOptions& options, ImageResolver& resolver,
                                    DiagnosticEngine& diagnostics) const override;

  // The syntax tree of file `file` as text; nothing after a fault.
  std::optional<std::string> PrintTree(const SourceFiles& files, uint32_t file,
                                       DiagnosticEngine& diagnostics) const;

  // What can be built, and what the target takes from outside. No image is asked
  // for; the result counts only when `diagnostics` has no errors.
  std::vector<TargetInfo> Targets(const SourceFiles& files, uint32_t file,
                                  DiagnosticEngine& diagnostics) const;
  Outline OutlineOf(SourceFiles& files, uint32_t file, const FrontendOptions& options,
                    ImageResolver& resolver, DiagnosticEngine& diagnostics) const;

 private:
  DockerfileChecks checks_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_DOCKERFILE_FRONTEND_H_
