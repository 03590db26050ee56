#include "backends/export/built_image.h"

#include "backends/export/testing/export_fixture.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

using BuiltImageTest = ExportFixture;

TEST_F(BuiltImageTest, DocumentsAndDescriptorsAgree) {
  EXPECT_EQ(image_.manifest.config.digest, Digest::Of(image_.config_json));
  EXPECT_EQ(image_.manifest.config.size_bytes, image_.config_json.size());
  EXPECT_EQ(image_.descriptor.digest, Digest::Of(image_.manifest_json));
  EXPECT_EQ(image_.descriptor.size_bytes, image_.manifest_json.size());
  EXPECT_EQ(image_.descriptor.media_type, media_type::kOciManifest);
  EXPECT_EQ(image_.descriptor.platform->ToString(), "linux/amd64");
  const auto manifest = ParseImageManifest(image_.manifest_json, media_type::kOciManifest);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message();
  EXPECT_EQ(manifest->layers, image_.manifest.layers);
  EXPECT_EQ(manifest->config, image_.manifest.config);
}

}  // namespace
}  // namespace cooper
