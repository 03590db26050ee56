// The tar file that `docker save` writes and `docker load`, podman and skopeo
// (`docker-archive:`) read.

#ifndef COOPER_BACKENDS_EXPORT_ARCHIVE_DOCKER_TAR_EXPORTER_H_
#define COOPER_BACKENDS_EXPORT_ARCHIVE_DOCKER_TAR_EXPORTER_H_

#include <string>
#include <vector>

#include "backends/export/exporter.h"

namespace cooper {

class DockerTarExporter : public Exporter {
 public:
  // `destination` is a path, or "-" for standard output. The names must have
  // tags; without names the image is known by its config's digest alone.
  DockerTarExporter(std::string destination, std::vector<Reference> names)
      : destination_(std::move(destination)), names_(std::move(names)) {}

  std::string Description() const override;
  Status Check() override;
  Status Export(const BuiltImage& image, Store& store) override;

 private:
  std::string destination_;
  std::vector<Reference> names_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_ARCHIVE_DOCKER_TAR_EXPORTER_H_
