// Pushes an image: its blobs, up to three at a time, then the manifest. The tag
// changes only with the manifest, so a push that stops changes nothing visible.

#ifndef COOPER_BACKENDS_EXPORT_REGISTRY_EXPORTER_H_
#define COOPER_BACKENDS_EXPORT_REGISTRY_EXPORTER_H_

#include <memory>
#include <string>

#include "backends/export/exporter.h"
#include "backends/export/push_target.h"

namespace cooper {

class RegistryExporter : public Exporter {
 public:
  // `client` is borrowed for the exporter's life.
  RegistryExporter(RegistryClient& client, Reference name)
      : RegistryExporter(PushTo(client), std::move(name)) {}
  RegistryExporter(std::unique_ptr<PushTarget> target, Reference name)
      : target_(std::move(target)), name_(std::move(name)) {}

  std::string Description() const override;
  // Asks for an upload and takes it back, as a push needs more rights than a pull.
  Status Check() override;
  // The error says how far the push came: "... stopped at blob 3 of 5: ...".
  Status Export(const BuiltImage& image, Store& store) override;

 private:
  Status PushBlobs(const BuiltImage& image, Store& store);

  std::unique_ptr<PushTarget> target_;
  Reference name_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_REGISTRY_EXPORTER_H_
