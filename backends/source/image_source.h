// Images to build from, in a registry or an OCI layout directory.

#ifndef COOPER_BACKENDS_SOURCE_IMAGE_SOURCE_H_
#define COOPER_BACKENDS_SOURCE_IMAGE_SOURCE_H_

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "backends/registry/registry_client.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"
#include "ir/image/image_config.h"
#include "ir/image/manifest.h"

namespace cooper {

// An image whose manifest and config are at hand; its layers may not be.
struct ImageDescription {
  Digest digest;  // of the manifest
  ImageManifest manifest;
  ImageConfig config;
};

// Manifests and configs that were read once by digest are kept in the store.
// May be used from several threads.
class ImageSource {
 public:
  ImageSource(RegistryClient& registry, Store& store) : registry_(registry), store_(store) {}

  // Finds the image of a registry for a platform; an index is resolved to its
  // manifest. The number of layers must be the number of diff ids.
  Result<ImageDescription> Describe(const Reference& reference, const Platform& platform);
  Result<ImageDescription> DescribeLayout(const std::string& directory, const std::string& tag,
                                          const Platform& platform);
  // The same for what an archive brought into the store: `top` is a manifest or an index,
  // `name` is for messages.
  Result<ImageDescription> DescribeStored(const Descriptor& top, const Platform& platform,
                                          std::string_view name);
  // The image of a SourceImageOp or SourceLayoutOp that has its pin.
  Result<ImageDescription> DescribePinned(const Op& source);

  // Brings layer `layer` of the image into the store, if it is not there; size and
  // digest are checked. `source` is the op that the description came from.
  // kInterrupted soon after a stop.
  Status FetchLayer(const Op& source, const ImageDescription& image, size_t layer,
                    const std::stop_token& stop = {});

 private:
  RegistryClient& registry_;
  Store& store_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_IMAGE_SOURCE_H_
