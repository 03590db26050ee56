// An OCI image layout as one tar file (OCI image-spec, image-layout.md).

#ifndef COOPER_BACKENDS_EXPORT_ARCHIVE_OCI_TAR_EXPORTER_H_
#define COOPER_BACKENDS_EXPORT_ARCHIVE_OCI_TAR_EXPORTER_H_

#include <string>
#include <vector>

#include "backends/export/exporter.h"

namespace cooper {

class OciTarExporter : public Exporter {
 public:
  // `destination` is a path, or "-" for standard output. Each name becomes one
  // descriptor of `index.json`.
  OciTarExporter(std::string destination, std::vector<Reference> names)
      : destination_(std::move(destination)), names_(std::move(names)) {}

  std::string Description() const override;
  Status Check() override;
  Status Export(const BuiltImage& image, Store& store) override;

 private:
  std::string destination_;
  std::vector<Reference> names_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_ARCHIVE_OCI_TAR_EXPORTER_H_
