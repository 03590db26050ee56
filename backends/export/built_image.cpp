#include "backends/export/built_image.h"

#include <string_view>
#include <utility>

#include "ir/image/media_type.h"

namespace cooper {
namespace {

Descriptor Describe(std::string_view media_type, std::string_view bytes) {
  return {.media_type = std::string(media_type),
          .digest = Digest::Of(bytes),
          .size_bytes = bytes.size(),
          .annotations = {},
          .platform = {}};
}

}  // namespace

BuiltImage MakeImage(ImageConfig config, std::vector<Descriptor> layers) {
  BuiltImage image;
  image.config = std::move(config);
  image.config_json = ToJson(image.config);
  image.manifest.media_type = std::string(media_type::kOciManifest);
  image.manifest.config = Describe(media_type::kOciConfig, image.config_json);
  image.manifest.layers = std::move(layers);
  image.manifest_json = ToJson(image.manifest);
  image.descriptor = Describe(media_type::kOciManifest, image.manifest_json);
  image.descriptor.platform = image.config.platform;
  return image;
}

}  // namespace cooper
