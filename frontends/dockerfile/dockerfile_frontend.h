// The Dockerfile language (spec: BuildKit's dockerfile.v0): text -> logical
// lines -> syntax tree -> build graph.
//
// Keeps no state; one instance serves many compilations, from any thread.

#ifndef COOPER_FRONTENDS_DOCKERFILE_DOCKERFILE_FRONTEND_H_
#define COOPER_FRONTENDS_DOCKERFILE_DOCKERFILE_FRONTEND_H_

#include <optional>
#include <string>

#include "frontends/frontend.h"

namespace cooper {

class DockerfileFrontend final : public Frontend {
 public:
  std::string_view Name() const override { return "dockerfile"; }

  std::optional<BuildGraph> Compile(SourceFiles& files, uint32_t file,
                                    const FrontendOptions& options, ImageResolver& resolver,
                                    DiagnosticEngine& diagnostics) const override;

  // The syntax tree of file `file` as text; nothing after a fault.
  std::optional<std::string> PrintTree(const SourceFiles& files, uint32_t file,
                                       DiagnosticEngine& diagnostics) const;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_DOCKERFILE_FRONTEND_H_
