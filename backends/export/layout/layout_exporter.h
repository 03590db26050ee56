// An OCI image layout directory (OCI image-spec, image-layout.md).

#ifndef COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_EXPORTER_H_
#define COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_EXPORTER_H_

#include <string>
#include <vector>

#include "backends/export/exporter.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {

// A new directory appears by one rename. To an existing layout the image is added:
// blobs first, then `index.json` is replaced by one rename, under a lock that other
// processes of ours respect. Images of the same tag are replaced, others stay.
class LayoutExporter : public Exporter {
 public:
  LayoutExporter(std::string directory, std::vector<Reference> names)
      : directory_(std::move(directory)), names_(std::move(names)) {}

  std::string Description() const override;
  Status Check() override;
  Status Export(const BuiltImage& image, Store& store) override;

 private:
  struct Place {
    bool present = false;
    ScopedFd directory;  // the layout if it is present, else its parent
    std::string name;    // in that parent
  };
  Result<Place> FindPlace() const;
  Status ExportNew(Place place, const BuiltImage& image, Store& store);

  std::string directory_;
  std::vector<Reference> names_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_EXPORTER_H_
