#include "cli/outputs.h"

#include <utility>

#include "backends/export/archive/docker_tar_exporter.h"
#include "backends/export/archive/oci_tar_exporter.h"
#include "backends/export/layout/layout_exporter.h"
#include "backends/export/registry_exporter.h"
#include "ir/image/reference.h"

namespace cooper {

Result<std::vector<std::unique_ptr<Exporter>>> MakeExporters(const std::vector<OutputSpec>& outputs,
                                                             Workshop& workshop) {
  std::vector<std::unique_ptr<Exporter>> exporters;
  for (const OutputSpec& output : outputs) {
    std::vector<Reference> names;
    for (const std::string& name : output.names) {
      Result<Reference> reference = Reference::Parse(name);
      // A name comes from the command line, not from the input.
      if (!reference.ok()) return Error(DiagnosticKind::kUsage, reference.error().message());
      if (reference->digest) {
        return Error(DiagnosticKind::kUsage,
                     "`" + name + "` has a digest; an image is named by a tag");
      }
      names.push_back(std::move(*reference));
    }
    switch (output.type) {
      case OutputType::kOciTar:
        exporters.push_back(std::make_unique<OciTarExporter>(output.destination, std::move(names)));
        break;
      case OutputType::kDockerTar:
        exporters.push_back(
            std::make_unique<DockerTarExporter>(output.destination, std::move(names)));
        break;
      case OutputType::kLayout:
        exporters.push_back(std::make_unique<LayoutExporter>(output.destination, std::move(names)));
        break;
      case OutputType::kRegistry: {
        if (names.empty()) {
          return Error(DiagnosticKind::kUsage,
                       "a push needs a name; add `-t REGISTRY/NAME:TAG` or `name=`");
        }
        COOPER_ASSIGN_OR_RETURN(RegistryClient* const registry, workshop.registry());
        for (Reference& name : names) {
          exporters.push_back(std::make_unique<RegistryExporter>(*registry, std::move(name)));
        }
        break;
      }
      case OutputType::kCacheOnly:
        break;
    }
  }
  return exporters;
}

}  // namespace cooper
