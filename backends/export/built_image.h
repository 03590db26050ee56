// A finished image: JSON documents, and layers that are blobs of a store.

#ifndef COOPER_BACKENDS_EXPORT_BUILT_IMAGE_H_
#define COOPER_BACKENDS_EXPORT_BUILT_IMAGE_H_

#include <string>
#include <vector>

#include "ir/base/digest.h"
#include "ir/image/descriptor.h"
#include "ir/image/image_config.h"
#include "ir/image/manifest.h"

namespace cooper {

struct BuiltImage {
  ImageConfig config;
  std::string config_json;
  ImageManifest manifest;
  std::string manifest_json;
  Descriptor descriptor;  // of the manifest, with its platform
};

// The OCI manifest over `config` and `layers` (bottom first).
BuiltImage MakeImage(ImageConfig config, std::vector<Descriptor> layers);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_BUILT_IMAGE_H_
