// OCI layout directories for unit tests, sound unless a test damages them.

#ifndef COOPER_BACKENDS_SOURCE_TESTING_LAYOUT_FIXTURE_H_
#define COOPER_BACKENDS_SOURCE_TESTING_LAYOUT_FIXTURE_H_

#include <string>
#include <string_view>
#include <vector>

#include "backends/store/testing/test_directory.h"
#include "ir/base/digest.h"
#include "ir/image/descriptor.h"
#include "ir/image/image_config.h"
#include "ir/image/manifest.h"
#include "ir/image/media_type.h"

namespace cooper {

class LayoutFixture {
 public:
  LayoutFixture() {
    std::filesystem::create_directories(directory_ / "blobs/sha256");
    WriteTestFile(directory_ / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  }

  const std::string& path() const { return directory_.path(); }
  std::string BlobPath(const Digest& digest) const {
    return directory_ / ("blobs/sha256/" + digest.Hex());
  }

  Descriptor AddBlob(std::string_view bytes, std::string_view media_type) {
    const Descriptor blob{.media_type = std::string(media_type),
                          .digest = Digest::Of(bytes),
                          .size_bytes = bytes.size(),
                          .annotations = {},
                          .platform = {}};
    WriteTestFile(BlobPath(blob.digest), bytes);
    return blob;
  }

  // An image with one layer for each of `layers`, and as many diff ids.
  Descriptor AddImage(const Platform& platform, const std::vector<std::string>& layers) {
    ImageConfig config;
    config.platform = platform;
    ImageManifest manifest;
    manifest.media_type = media_type::kOciManifest;
    for (const std::string& layer : layers) {
      config.diff_ids.push_back(Digest::Of(layer));
      manifest.layers.push_back(AddBlob(layer, media_type::kOciLayer));
    }
    return AddManifest(std::move(manifest), config);
  }
  Descriptor AddManifest(ImageManifest manifest, const ImageConfig& config) {
    manifest.config = AddBlob(ToJson(config), media_type::kOciConfig);
    Descriptor descriptor = AddBlob(ToJson(manifest), media_type::kOciManifest);
    descriptor.platform = config.platform;
    return descriptor;
  }

  // Adds to index.json.
  void List(Descriptor descriptor, const std::string& tag = "") {
    if (!tag.empty()) descriptor.annotations["org.opencontainers.image.ref.name"] = tag;
    index_.media_type = media_type::kOciIndex;
    index_.manifests.push_back(std::move(descriptor));
    WriteTestFile(directory_ / "index.json", ToJson(index_));
  }

 private:
  TestDirectory directory_;
  ImageIndex index_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_TESTING_LAYOUT_FIXTURE_H_
